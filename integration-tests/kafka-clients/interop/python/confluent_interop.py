"""Confluent's client for Python: confluent_interop.py <bootstrap servers> <check>."""

import sys

from admin_check import admin_check
from codecs_check import codecs_check
from failover_check import failover_check
from groups_check import groups_check

CHECKS = {
    "admin": admin_check,
    "codecs": codecs_check,
    "groups": groups_check,
    "failover": failover_check,
}

if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[2] not in CHECKS:
        sys.exit("confluent_interop.py <bootstrap servers> " + "|".join(CHECKS))
    CHECKS[sys.argv[2]](sys.argv[1])
