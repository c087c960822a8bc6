import { ControllerGate } from './controller-gate';

function gateOf(own: number) {
  const gate = new ControllerGate(2, () => own);
  const admit = (controllerEpoch: number, brokerEpoch: number, brokerId = 2) => {
    try {
      gate.admit({ controllerId: 1, controllerEpoch, brokerEpoch, brokerId });
      return 'in';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  return { gate, admit };
}

test('a controller is not heard after the next one', () => {
  const { gate, admit } = gateOf(5);
  expect(admit(3, 5)).toBe('in');
  expect(admit(3, 5)).toBe('in');
  expect(admit(4, 5)).toBe('in');
  expect(admit(3, 5)).toBe('STALE_CONTROLLER_EPOCH');
  expect(gate.controllerEpoch).toBe(4);
});

test('what is meant for another broker, registered at the same address, is turned away', () => {
  const { gate, admit } = gateOf(5);
  expect(admit(9, 6, 3)).toBe('STALE_BROKER_EPOCH');
  expect(gate.controllerEpoch).toBe(-1);
  expect(admit(9, 6, -1)).toBe('in');
});

test('what is meant for a former life is turned away and does not count', () => {
  const { gate, admit } = gateOf(5);
  expect(admit(9, 4)).toBe('STALE_BROKER_EPOCH');
  expect(gate.controllerEpoch).toBe(-1);
});

test('the controller may know of a registration first; or not say which life it means', () => {
  const { admit } = gateOf(5);
  expect(admit(1, 6)).toBe('in');
  expect(admit(1, -1)).toBe('in');
});
