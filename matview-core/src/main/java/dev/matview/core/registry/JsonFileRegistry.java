package dev.matview.core.registry;

import dev.matview.core.event.Episode;
import dev.matview.core.event.Listeners;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.feed.RegistryException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A registry in a JSON file, an array of feeds as {@link FeedDefinitionReader} reads them. A changed file takes effect
 * while it is in use; one that is broken or gone does not: the feeds that were loaded before stay in force,
 * {@link #contents()} says what is wrong, and each new state of brokenness is logged once. Thread-safe.
 *
 * <p>The file is looked at once in a poll interval, which works on every file system and for files that are replaced
 * rather than written to. A file that is seen half written is broken until the next look.
 */
public final class JsonFileRegistry implements FeedRegistry {

    /** How often the file is looked at unless told otherwise. */
    public static final Duration DEFAULT_POLL_INTERVAL = Duration.ofSeconds(2);

    /** The size of a file at most: 1 MiB. */
    public static final int MAX_BYTES = WatchedFile.MAX_BYTES;

    private static final Logger log = LoggerFactory.getLogger(JsonFileRegistry.class);

    private final WatchedFile file;
    private final FeedDefinitionReader reader;
    private final Scheduler scheduler;
    private final Duration pollInterval;
    private final Listeners<Contents> listeners = new Listeners<>();

    /** While the file cannot be used. */
    private final Episode wrong;

    private volatile Contents contents;

    /** Guarded by this. */
    private boolean closed;

    /** Guarded by this. */
    private Subscription nextPoll;

    private JsonFileRegistry(Path path, Scheduler scheduler, Duration pollInterval) {
        String source = Objects.requireNonNullElse(path.getFileName(), path).toString();
        this.file = new WatchedFile(path, source);
        this.reader = FeedDefinitionReader.of(source);
        this.scheduler = Objects.requireNonNull(scheduler, "scheduler");
        this.pollInterval = pollInterval;
        this.wrong = new Episode(JsonFileRegistry.class, scheduler);
        this.contents = new Contents(List.of(), List.of());
        this.nextPoll = () -> {};
    }

    /**
     * Opens the registry and looks at the file every {@link #DEFAULT_POLL_INTERVAL}.
     *
     * @param scheduler is not closed with the registry
     * @throws RegistryException with everything that is wrong, when the file is missing, unreadable, too large or wrong
     */
    public static JsonFileRegistry open(Path path, Scheduler scheduler) {
        return open(path, scheduler, DEFAULT_POLL_INTERVAL);
    }

    /**
     * Opens the registry.
     *
     * @param scheduler is not closed with the registry
     * @param pollInterval how often to look at the file
     * @throws RegistryException with everything that is wrong, when the file is missing, unreadable, too large or wrong
     * @throws IllegalArgumentException when the interval is not above zero
     */
    public static JsonFileRegistry open(Path path, Scheduler scheduler, Duration pollInterval) {
        if (pollInterval.isNegative() || pollInterval.isZero()) {
            throw new IllegalArgumentException("pollInterval must be longer than zero, not " + pollInterval);
        }
        JsonFileRegistry registry = new JsonFileRegistry(path, scheduler, pollInterval);
        registry.load();
        registry.schedulePoll();
        return registry;
    }

    private void load() {
        Contents read = file.look().map(this::read).orElseThrow();
        if (!read.problems().isEmpty()) {
            throw new RegistryException(read.problems());
        }
        contents = read;
    }

    private synchronized void schedulePoll() {
        if (!closed) {
            nextPoll = scheduler.schedule(pollInterval, this::poll);
        }
    }

    private void poll() {
        try {
            file.look().map(this::read).ifPresent(this::take);
        } finally {
            schedulePoll();
        }
    }

    private Contents read(WatchedFile.State state) {
        return state.problem()
                .map(problem -> new Contents(List.of(), List.of(problem)))
                .orElseGet(() -> reader.readAll(state.content()));
    }

    /** Runs on the scheduler alone, and the next poll is scheduled after it: one at a time, in order. */
    private void take(Contents read) {
        Contents before = contents;
        if (read.problems().isEmpty()) {
            log.info("{} is loaded anew; feeds in force: {}", file, read.feeds().size());
            wrong.ends("{} can be used again", file);
            contents = read;
        } else if (read.problems().equals(before.problems())) {
            return;
        } else {
            say("{} cannot be used; the feeds that were loaded before stay in force ({}):\n{}", before, read);
            contents = new Contents(before.feeds(), read.problems());
        }
        if (!isClosed()) {
            listeners.tell(contents);
        }
    }

    /** Also where it was wrong before, and is in another way now: somebody mends it, and wants to know. */
    private void say(String message, Contents before, Contents read) {
        String problems = read.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"));
        if (!wrong.begins(message, file, before.feeds().size(), problems)) {
            log.warn(message, file, before.feeds().size(), problems);
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public Contents contents() {
        return contents;
    }

    @Override
    public Subscription watch(Consumer<Contents> listener) {
        return listeners.add(Objects.requireNonNull(listener, "listener"));
    }

    /** The contents stay readable; nobody is told of changes any more. */
    @Override
    public synchronized void close() {
        closed = true;
        nextPoll.close();
    }
}
