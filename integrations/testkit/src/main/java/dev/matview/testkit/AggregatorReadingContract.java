package dev.matview.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.mango.SortOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How the documents of one database are read, by their ids and all of them; a part of {@link AggregatorContract}. */
abstract class AggregatorReadingContract extends AggregatorHarness {

    @Test
    void documentsAreFetchedByTheirIds() throws Exception {
        put(ALICE, "{\"_id\":\"p1\",\"content\":\"one\"}");
        put(ALICE, "{\"_id\":\"p2\",\"content\":\"two\"}");
        put(ALICE, "{\"_id\":\"p3\",\"content\":\"three\"}");
        put(BOB, "{\"_id\":\"p4\"}");
        delete(ALICE, "p3");

        Map<String, ObjectNode> found = aggregator().fetch(db(ALICE), Set.of("p1", "p2", "p3", "p4", "a/b"));

        assertThat(found).containsOnlyKeys("p1", "p2");
        assertThat(found)
                .hasEntrySatisfying("p1", document -> assertThat(idOf(document)).isEqualTo("p1"))
                .hasEntrySatisfying(
                        "p2", document -> assertThat(contentOf(document)).isEqualTo("two"));
        assertThat(aggregator().fetch(db(ALICE), Set.of())).isEmpty();
    }

    @Test
    void fetchedDocumentsAreTheCallersOwn() throws Exception {
        put(ALICE, "{\"_id\":\"p1\",\"content\":\"one\"}");
        assertThat(aggregator().fetch(db(ALICE), Set.of("p1")))
                .hasEntrySatisfying("p1", document -> document.put("content", "changed"));

        assertThat(aggregator().fetch(db(ALICE), Set.of("p1")))
                .hasEntrySatisfying(
                        "p1", document -> assertThat(contentOf(document)).isEqualTo("one"));
    }

    @Test
    void nothingIsFetchedFromADatabaseThatIsNotThere() throws Exception {
        put(ALICE, post("p1"));

        for (String name :
                List.of("nobody", "x/../" + db(ALICE), "../" + ALICE, "a/b", "A", "\u00e9", "a?b", "a%2Fb")) {
            assertThat(aggregator().fetch(db(name), Set.of("p1"))).as(name).isEmpty();
        }
    }

    @Test
    void documentsAreFetchedOneByOneUntilEnoughAreThere() throws Exception {
        putAll(ALICE, List.of(post("p1"), post("p2"), post("p3")));
        List<String> all = new ArrayList<>();
        aggregator().fetch(db(ALICE), Set.of("p1", "p2", "p3", "none"), document -> all.add(idOf(document)));
        List<String> two = new ArrayList<>();
        aggregator().fetch(db(ALICE), Set.of("p1", "p2", "p3"), document -> {
            two.add(idOf(document));
            return two.size() < 2;
        });

        assertThat(all).containsExactlyInAnyOrder("p1", "p2", "p3");
        assertThat(two).hasSize(2);
    }

    private static String idOf(ObjectNode document) {
        return document.path("_id").textValue();
    }

    private static String contentOf(ObjectNode document) {
        return document.path("content").textValue();
    }

    /** All documents that are there, in the order of their ids where the backend says so. */
    @Test
    void aDatabaseIsReadDocumentByDocument() throws Exception {
        List<String> documents = new ArrayList<>();
        for (String id : oddIds()) {
            documents.add("{\"_id\":\"" + id + "\",\"n\":1}");
        }
        putAll(ALICE, documents);
        put(ALICE, post("gone"));
        delete(ALICE, "gone");
        put(BOB, post("other"));

        List<String> read = readIds(ALICE);

        assertThat(read).hasSize(documents.size()).doesNotContain("gone", "other");
        if (aggregator().readsInOrder()) {
            assertThat(read).isSortedAccordingTo(SortOrder.ofIds());
        }
    }

    private List<String> readIds(String name) throws Exception {
        List<String> ids = new ArrayList<>();
        aggregator().read(db(name), document -> {
            if (!idOf(document).startsWith("_design/")) {
                ids.add(idOf(document));
            }
            return true;
        });
        return ids;
    }

    @Test
    void readingEndsWhenNoMoreIsWanted() throws Exception {
        putAll(ALICE, IntStream.range(0, 500).mapToObj(n -> post("p" + n)).toList());
        AtomicInteger read = new AtomicInteger();

        aggregator().read(db(ALICE), document -> read.incrementAndGet() < 3);

        assertThat(read).hasValue(3);
        assertThat(readIds(ALICE)).as("the next reading is not disturbed").hasSize(500);
    }

    @Test
    void whatTheTakerThrowsComesOutOfAReading() throws Exception {
        put(ALICE, post("p1"));
        RuntimeException enough = new IllegalStateException("enough");

        assertThatThrownBy(() -> aggregator().read(db(ALICE), document -> {
                    throw enough;
                }))
                .isSameAs(enough);
        assertThatThrownBy(() -> aggregator().fetch(db(ALICE), Set.of("p1"), document -> {
                    throw enough;
                }))
                .isSameAs(enough);
    }

    @Test
    void nothingIsReadOfADatabaseThatIsNotThere() throws Exception {
        put(ALICE, post("p1"));

        for (String name : List.of("nobody", "x/../" + db(ALICE), "../" + ALICE, "A", "\u00e9", "a?b")) {
            assertThat(readIds(name)).as(name).isEmpty();
        }
    }

    @Test
    void aThreadThatIsInterruptedStopsReading() throws Exception {
        putAll(ALICE, IntStream.range(0, 50).mapToObj(n -> post("p" + n)).toList());
        aggregator();
        CompletableFuture<Exception> ended = new CompletableFuture<>();
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            Thread caller = Thread.currentThread();
            try {
                aggregator().read(db(ALICE), document -> {
                    reading.countDown();
                    awaitUninterruptibly(interrupted);
                    if (Thread.currentThread() != caller) {
                        // A thread of the backend's could read to the end before the caller has noticed.
                        awaitInterruptOr(ended);
                    }
                    return true;
                });
                ended.complete(new IllegalStateException("read to the end"));
            } catch (Exception e) {
                ended.complete(e);
            }
        });
        thread.start();
        assertThat(reading.await(30, TimeUnit.SECONDS)).isTrue();

        thread.interrupt();
        interrupted.countDown();

        assertThat(ended.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    }

    private static void awaitInterruptOr(CompletableFuture<Exception> ended) {
        try {
            ended.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("the caller has not noticed", e);
        }
    }

    /** The interrupt stays for whoever is asked to read on. */
    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
