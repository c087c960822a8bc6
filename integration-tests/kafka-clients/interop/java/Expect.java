import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.RetriableException;

/** What must be so. Whatever is not ends the check. */
final class Expect {
  private static final long LIMIT_MS = 60_000;

  private Expect() {}

  /** One line for each thing that was seen to work. */
  static void ok(String what) {
    System.out.println("ok " + what);
  }

  static void equal(Object expected, Object seen, String what) {
    if (Objects.equals(expected, seen)) return;
    throw new AssertionError(what + ": expected " + expected + ", saw " + seen);
  }

  static void fails(Class<?> error, KafkaFuture<?> result) throws Exception {
    try {
      result.get(LIMIT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException failure) {
      if (error.isInstance(failure.getCause())) return;
      throw failure;
    }
    throw new AssertionError("expected " + error.getSimpleName());
  }

  static <T> T get(KafkaFuture<T> result) throws Exception {
    return result.get(LIMIT_MS, TimeUnit.MILLISECONDS);
  }

  /** What fails with an error a broker may answer for a while is asked again. */
  static void until(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LIMIT_MS);
    while (!holds(condition)) {
      if (System.nanoTime() > end) throw new AssertionError("waited too long for " + what);
      Thread.sleep(20);
    }
  }

  private static boolean holds(Callable<Boolean> condition) throws Exception {
    try {
      return condition.call();
    } catch (ExecutionException error) {
      if (error.getCause() instanceof RetriableException) return false;
      throw error;
    }
  }
}
