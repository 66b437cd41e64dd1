package dev.matview.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.matview.core.spi.PagedGeneration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Pages that are read through two servers while a third commits. By hand: {@code -Dmatview.pages=100000}. */
class SqlTornPagesTest extends SqlFixture {

    private static final int PAGES = Integer.getInteger("matview.pages", 1_500);

    @Test
    void aWalkThroughTwoServersDuringCommitsHasNoGapNoRepeatAndNoMixture() throws Exception {
        SqlViewStore writer = open();
        SqlViewStore one = open();
        SqlViewStore other = open();
        writer.commit(Stamped.next(0));
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<Long> commits = thread.submit(() -> {
                long base = 1;
                while (!done.get()) {
                    assertThat(writer.commit(Stamped.next(base))).isTrue();
                    base++;
                }
                return base;
            });
            int pages = 0;
            while (pages < PAGES) {
                PagedGeneration begun = one.current(Stamped.VIEW).orElseThrow();
                PagedGeneration same = other.generation(Stamped.VIEW, begun.head().generation()).orElseThrow();
                assertThat(same).isEqualTo(begun);
                pages += Stamped.walk(begun, same);
            }
            done.set(true);
            assertThat(commits.get()).as("generations meanwhile").isGreaterThan(10);
        } finally {
            done.set(true);
            thread.shutdownNow();
        }
    }
}
