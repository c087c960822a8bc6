import {
  freshDefault,
  type FieldType,
  type Message,
  type MessageInput,
  type Shape,
} from './schema';

/**
 * A message as its reader would get it: what the sender left out has its default. For messages that
 * stay in this process and so meet no codec.
 */
export function complete<S extends Shape>(shape: S, input: MessageInput<S>): Message<S> {
  return completeFields(shape, input as Record<string, unknown>) as Message<S>;
}

function completeFields(shape: Shape, input: Record<string, unknown>): Record<string, unknown> {
  const message: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(shape)) {
    const value = input[name];
    message[name] =
      value === undefined
        ? freshDefault(field.type, field.default)
        : completeValue(field.type, value);
  }
  return message;
}

function completeValue(type: FieldType, value: unknown): unknown {
  if (value === null) return null;
  if (type.kind === 'struct') return completeFields(type.shape, value as Record<string, unknown>);
  if (type.kind === 'array') {
    return (value as readonly unknown[]).map((element) => completeValue(type.element, element));
  }
  return value;
}
