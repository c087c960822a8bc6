import java.util.Map;

/** Kafka's own Java client against a cluster: {@code Interop <bootstrap servers> <check>}. */
public final class Interop {
  private interface Check {
    void run(String servers) throws Exception;
  }

  private static final Map<String, Check> CHECKS =
      Map.of(
          "admin", AdminCheck::run,
          "codecs", CodecsCheck::run,
          "edges", EdgesCheck::run,
          "groups", GroupsCheck::run,
          "failover", FailoverCheck::run);

  public static void main(String[] args) throws Exception {
    Check check = args.length == 2 ? CHECKS.get(args[1]) : null;
    if (check == null) {
      System.err.println("Interop <bootstrap servers> " + String.join("|", CHECKS.keySet()));
      System.exit(2);
    }
    check.run(args[0]);
    System.exit(0);
  }
}
