import { Mandate } from './mandate';

function broker(brokerEpoch: number) {
  const own = { brokerEpoch, isRegistered: true };
  const mandate = new Mandate({
    brokerEpoch: () => own.brokerEpoch,
    isRegistered: () => own.isRegistered,
  });
  return { own, mandate };
}

test('it ends with the session, and comes back with the instructions to the next registration', () => {
  const { own, mandate } = broker(7);
  mandate.given(7);
  expect(mandate.isHeld()).toBe(true);
  own.isRegistered = false;
  expect(mandate.isHeld()).toBe(false);
  // A new session and a new registration: others may lead by now.
  own.isRegistered = true;
  own.brokerEpoch = 9;
  expect(mandate.isHeld()).toBe(false);
  mandate.given(9);
  expect(mandate.isHeld()).toBe(true);
});

test('the controller may know of the registration first', () => {
  const { own, mandate } = broker(7);
  mandate.given(9);
  own.brokerEpoch = 9;
  expect(mandate.isHeld()).toBe(true);
});

test('instructions that do not say to whom are for whoever lives', () => {
  const { mandate } = broker(7);
  mandate.given(-1);
  expect(mandate.isHeld()).toBe(true);
});
