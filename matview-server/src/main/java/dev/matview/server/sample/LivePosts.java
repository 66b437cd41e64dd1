package dev.matview.server.sample;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.FeedStatus;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.event.Episode;
import dev.matview.core.event.Scheduler;
import dev.matview.core.event.Subscription;
import dev.matview.core.memory.InMemoryDatabases;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Lets a sample user post every few seconds, and asks for a refresh of the feeds that show the post. The oldest of these
 * posts is deleted when there are too many. Thread-safe.
 */
public final class LivePosts implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofSeconds(2);

    /** Sooner: whoever has just started it is looking. */
    static final Duration FIRST = Duration.ofSeconds(1);

    static final int MAX_POSTS = 300;

    private final InMemoryDatabases databases;
    private final UserDatabases users;
    private final GlobalFeeds feeds;
    private final Scheduler scheduler;
    private final Episode hidden;

    /** Guarded by this, as is all that follows. */
    private final Deque<Post> posts = new ArrayDeque<>();

    private int count;
    private boolean closed;
    private Subscription next = () -> {};

    private record Post(String database, String id) {}

    private LivePosts(InMemoryDatabases databases, UserDatabases users, GlobalFeeds feeds, Scheduler scheduler) {
        this.databases = databases;
        this.users = users;
        this.feeds = feeds;
        this.scheduler = scheduler;
        this.hidden = new Episode(LivePosts.class, scheduler);
    }

    /** Begins; the first post comes after {@link #FIRST}, each further one after {@link #INTERVAL}. */
    public static LivePosts start(
            InMemoryDatabases databases, UserDatabases users, GlobalFeeds feeds, Scheduler scheduler) {
        LivePosts posts = new LivePosts(databases, users, feeds, scheduler);
        posts.schedule(FIRST);
        return posts;
    }

    private synchronized void schedule(Duration delay) {
        if (!closed) {
            next = scheduler.schedule(delay, this::tick);
        }
    }

    private synchronized void tick() {
        if (closed) {
            return;
        }
        try {
            post();
        } finally {
            schedule(INTERVAL);
        }
    }

    private void post() {
        // A step that has no divisor in common with the number of users: all come to post, in no obvious order.
        int user = count * 7 % SampleDatabases.USERS.size();
        String database = SampleDatabases.database(users, user);
        ObjectNode post =
                SampleDatabases.post(user, "live-" + count, SampleDatabases.thought(count * 5), scheduler.instant());
        count++;
        databases.put(database, post);
        posts.add(new Post(database, post.get("_id").textValue()));
        if (posts.size() > MAX_POSTS) {
            Post oldest = posts.remove();
            databases.delete(oldest.database(), oldest.id());
        }
        for (FeedStatus status : feeds.status()) {
            if (status.feed().covers(database) && status.feed().selector().matches(post)) {
                feeds.refresh(status.feed().collection())
                        .whenComplete((result, failure) -> show(status.feed().collection(), failure));
            }
        }
    }

    private synchronized void show(String collection, @Nullable Throwable failure) {
        if (failure == null) {
            hidden.ends("The feeds show new sample posts again");
        } else if (!closed) {
            hidden.begins(failure, "{} does not show new sample posts: {}", collection, failure.getMessage());
        }
    }

    /** No post comes after this. */
    @Override
    public synchronized void close() {
        closed = true;
        next.close();
    }
}
