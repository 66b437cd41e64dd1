package dev.matview.core.files;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.internal.files.FileStamp;
import dev.matview.core.spi.AggregationException;
import dev.matview.core.spi.Aggregator;
import dev.matview.core.spi.LeftOut.Reason;
import dev.matview.core.spi.Position;
import dev.matview.core.spi.VisitReport;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * User databases in a directory. Each file {@code NAME.jsonl} is the database NAME and holds a JSON document on each
 * line, in UTF-8; blank lines are passed over, and so are documents with {@code _deleted: true}. Other files and
 * directories in it are ignored. A database's name is its file's name, and so has the letters that file names can have:
 * no {@code /}, and upper and lower case only where the file system keeps them apart. Thread-safe.
 *
 * <p>A file is read when its size, its time of modification or the file itself (its inode) is another than before, and
 * only then. What its lines hash to is remembered, of the files read last: of such a file only the lines that differ are
 * parsed and told. A line that is no document (see {@link BadLineException}), or has the {@code _id} of an earlier line, fails
 * the whole file: it is reported as failed at every visit, and read again when it changes. A document that is one, and
 * nested too deep, too large or otherwise beyond what is read, is {@linkplain dev.matview.core.spi.LeftOut left out} by
 * itself. A file that changes while it is read is read again; better write a new file aside and rename it.
 *
 * <p>Documents are read one by one: at any time a reading thread holds one document (of 16 MB at most), the ids of one
 * file, and the rows found in it so far. Beside that some 32 MiB are kept of what lines hash to.
 */
public final class JsonLinesDirectory implements Aggregator {

    private static final Logger log = LoggerFactory.getLogger(JsonLinesDirectory.class);
    private static final Duration IDLE = Duration.ofSeconds(10);

    private final JsonLinesListing listing;
    private final int readerCount;
    private final ThreadPoolExecutor readers;
    private final FileMemory memory = new FileMemory();
    private final DirectoryPoll poll;
    private final @Nullable Scheduler ownScheduler;
    private volatile boolean closed;

    private JsonLinesDirectory(Builder builder) {
        listing = new JsonLinesListing(builder.directory);
        readerCount = builder.readers;
        AtomicInteger threads = new AtomicInteger();
        // The queue is bounded by its use: a task for each reader of each aggregation under way, and one poll.
        readers = new ThreadPoolExecutor(
                readerCount, readerCount, IDLE.toSeconds(), TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "matview-files-" + threads.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        readers.allowCoreThreadTimeOut(true);
        ownScheduler = builder.scheduler == null ? Scheduler.system() : null;
        Scheduler scheduler = builder.scheduler == null ? Objects.requireNonNull(ownScheduler) : builder.scheduler;
        poll = new DirectoryPoll(listing, scheduler, builder.pollInterval, readers);
    }

    /** The databases in the directory, with 2 reading threads and a look for changes each second while watched. */
    public static JsonLinesDirectory open(Path directory) {
        return builder(directory).build();
    }

    /** A builder of {@link #open(Path)}. The directory need not be there yet. */
    public static Builder builder(Path directory) {
        return new Builder(directory);
    }

    @Override
    public void aggregate(List<Demand> demands, Sink sink) throws InterruptedException {
        requireOpen();
        Map<String, Optional<Position>> files = listing.list(
                name -> demands.stream().anyMatch(demand -> demand.feed().covers(name)));
        VisitReport report = new VisitReport(demands, sink);
        report.begin(files.keySet());
        FileVisit visit = new FileVisit(listing, memory, report, () -> closed);
        files.forEach((database, position) -> visit.compare(database, position.orElse(null)));
        report.end(files.keySet());
        if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while reading " + listing.directory());
        }
        readMoved(visit);
        requireOpen();
    }

    private void readMoved(FileVisit visit) throws InterruptedException {
        List<Future<?>> reading = new ArrayList<>();
        try {
            for (int i = 0; i < Math.min(readerCount, visit.moved()); i++) {
                reading.add(readers.submit(visit::readMoved));
            }
            for (Future<?> reader : reading) {
                reader.get();
            }
        } catch (RejectedExecutionException e) {
            throw new AggregationException("The directory " + listing.directory() + " was closed", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new AggregationException("Reading " + listing.directory() + " failed", e.getCause());
        } finally {
            // Nothing may reach the sink once this has returned.
            visit.stop();
            visit.awaitEnd();
        }
    }

    /** Reads the whole file, on the calling thread. A document has a {@code _rev} only where its line has one. */
    @Override
    public void fetch(String database, Set<String> ids, Predicate<ObjectNode> documents) throws InterruptedException {
        read(database, true, document -> !ids.contains(document.path("_id").textValue()) || documents.test(document));
    }

    /** Reads the file on the calling thread, without looking for an {@code _id} that is there twice. */
    @Override
    public void read(String database, Predicate<ObjectNode> documents) throws InterruptedException {
        read(database, false, documents);
    }

    /** Documents are in the order of their lines. */
    @Override
    public boolean readsInOrder() {
        return false;
    }

    private void read(String database, boolean checksIds, Predicate<ObjectNode> documents) throws InterruptedException {
        requireOpen();
        Optional<Path> file = listing.fileOf(database);
        if (file.isEmpty()) {
            return;
        }
        try {
            read(database, file.get(), checksIds, documents);
        } catch (NoSuchFileException e) {
            log.debug("{} is not there any more", file.get());
        } catch (ClosedByInterruptException e) {
            Thread.interrupted();
            throw new InterruptedException("interrupted while reading " + file.get());
        } catch (BadLineException e) {
            throw new AggregationException(e.getMessage(), e);
        } catch (IOException e) {
            throw new AggregationException(file.get() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private void read(String database, Path file, boolean checksIds, Predicate<ObjectNode> documents)
            throws IOException, InterruptedException {
        Instant now = Instant.now();
        FileStamp stamp = FileStamp.of(file);
        if (stamp == null) {
            return;
        }
        BadLineException known = memory.bad().get(database, stamp.position(now));
        if (known != null) {
            throw known;
        }
        Wanted wanted = new Wanted(documents);
        new JsonLinesParser(checksIds)
                .read(
                        file,
                        stamp.size(),
                        wanted,
                        () -> closed || wanted.enough || Thread.currentThread().isInterrupted());
        requireOpen();
        if (!wanted.enough && Thread.interrupted()) {
            throw new InterruptedException("interrupted while reading " + file);
        }
    }

    /** Gives documents to somebody who may have enough of them before the end. */
    private static final class Wanted implements JsonLinesParser.Documents {
        private final Predicate<ObjectNode> documents;
        private boolean enough;

        Wanted(Predicate<ObjectNode> documents) {
            this.documents = documents;
        }

        @Override
        public void document(ObjectNode document) {
            enough = !documents.test(document);
        }

        @Override
        public void unreadable(String id, Reason reason) {
            // Whoever asks for documents finds nothing there.
        }
    }

    @Override
    public Subscription watch(Consumer<String> listener) {
        return poll.watch(Objects.requireNonNull(listener, "listener"));
    }

    private void requireOpen() {
        if (closed) {
            throw new AggregationException("The directory " + listing.directory() + " was closed");
        }
    }

    @Override
    public void close() {
        closed = true;
        poll.close();
        readers.shutdown();
        if (ownScheduler != null) {
            ownScheduler.close();
        }
    }

    /** Names the directory. */
    @Override
    public String toString() {
        return "JsonLinesDirectory[" + listing.directory() + "]";
    }

    /** Builds a {@link JsonLinesDirectory}. Not thread-safe. */
    public static final class Builder {
        private final Path directory;
        private int readers = 2;
        private Duration pollInterval = Duration.ofSeconds(1);
        private @Nullable Scheduler scheduler;

        private Builder(Path directory) {
            this.directory = Objects.requireNonNull(directory, "directory");
        }

        /**
         * How many threads read files.
         *
         * @throws IllegalArgumentException when it is not above zero
         */
        public Builder readers(int readers) {
            if (readers < 1) {
                throw new IllegalArgumentException("readers must be above zero, not " + readers);
            }
            this.readers = readers;
            return this;
        }

        /**
         * How long to wait between two looks for changed files; nobody looks unless somebody watches.
         *
         * @throws IllegalArgumentException when it is not above zero
         */
        public Builder pollInterval(Duration pollInterval) {
            if (pollInterval.isNegative() || pollInterval.isZero()) {
                throw new IllegalArgumentException("pollInterval must be above zero, not " + pollInterval);
            }
            this.pollInterval = pollInterval;
            return this;
        }

        /** What waits between the looks; a scheduler of its own unless set. A scheduler that is set is not closed. */
        public Builder scheduler(Scheduler scheduler) {
            this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
            return this;
        }

        public JsonLinesDirectory build() {
            return new JsonLinesDirectory(this);
        }
    }
}
