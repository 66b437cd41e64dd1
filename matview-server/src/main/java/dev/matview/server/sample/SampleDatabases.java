package dev.matview.server.sample;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.core.access.UserDatabases;
import dev.matview.core.memory.InMemoryDatabases;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;

/**
 * Fills user databases with posts, public and private events, and documents that no feed shows. Users share some ids:
 * each has a {@code profile} and a post {@code hello}, and all of the latter are in the feed.
 */
public final class SampleDatabases {

    static final List<String> USERS = List.of(
            "Ada", "Bela", "Chidi", "Dolores", "Emre", "Freya", "Goro", "Hana", "Ines", "Jonas", "Kofi", "Lucia", "Mei",
            "Noor", "Olga", "Pablo");

    static final List<String> THOUGHTS = List.of(
            "Planted tomatoes on the balcony today.",
            "Is anyone else reading by the river this weekend?",
            "The library has the new atlas. Go and see it!",
            "My bicycle is faster than it has any right to be.",
            "Fresh bread at the corner bakery until ten.",
            "Lost a glove near the old bridge. Left hand, blue.",
            "Learned to tie three knots. Untied none of them.",
            "The choir needs one more tenor.",
            "Found a café with a window seat and no music.",
            "Rain again. The frogs are delighted.",
            "Swapped a jar of honey for a jar of plums.",
            "Who left the chess board set up in the park? Your move.");

    private static final List<String> GATHERINGS =
            List.of("Open rehearsal", "Seed swap", "Night walk", "Repair café", "Chess in the park", "Book circle");

    private static final List<String> PLACES =
            List.of("Town hall", "Riverside", "Old bridge", "Library", "Station square", "Botanical garden");

    private static final int POSTS = 4;
    private static final int EVENTS = 3;

    private SampleDatabases() {}

    /** Writes every sample user's database; posts lie before the time given, events after it. */
    public static void fill(InMemoryDatabases databases, UserDatabases users, Instant now) {
        for (int user = 0; user < USERS.size(); user++) {
            String database = database(users, user);
            databases.put(database, profile(user));
            databases.put(database, post(user, "hello", "Hello, I am " + USERS.get(user) + ".", before(now, user, 0)));
            for (int n = 1; n < POSTS; n++) {
                databases.put(database, post(user, "post-" + n, thought(user * 5 + n), before(now, user, n)));
            }
            for (int n = 0; n < EVENTS; n++) {
                databases.put(database, event(user, n, now));
            }
            databases.put(database, note(user));
        }
    }

    static String database(UserDatabases users, int user) {
        return users.database(did(user)).orElseThrow();
    }

    static ObjectNode post(int user, String id, String content, Instant createdAt) {
        ObjectNode post = document(id, "post").put("content", content);
        post.set("author", reference(user));
        post.put("createdAt", createdAt.truncatedTo(ChronoUnit.MILLIS).toString());
        // Not a field of the feed: no row shows it.
        return post.put("writtenOn", "a phone");
    }

    static String thought(int n) {
        return THOUGHTS.get(n % THOUGHTS.size());
    }

    /** Users post by turns, in no obvious order: the step has no divisor in common with the number of posts. */
    private static Instant before(Instant now, int user, int n) {
        int turn = (user * POSTS + n) * 37 % (USERS.size() * POSTS);
        return now.minus(Duration.ofMinutes(7 + 23L * turn));
    }

    /** Everybody may read it, so that a query can expand the author of a post. */
    private static ObjectNode profile(int user) {
        ObjectNode profile =
                document("profile", "profile").put("name", USERS.get(user)).put("did", did(user));
        profile.putObject("acl").putObject("read").putArray("allow").add("*");
        return profile;
    }

    /** Every third event is private; {@code events} shows the others. */
    private static ObjectNode event(int user, int n, Instant now) {
        int k = user * EVENTS + n;
        Instant start = now.truncatedTo(ChronoUnit.HOURS)
                .plus(Duration.ofDays(1 + k % 17))
                .plus(Duration.ofHours(k % 5));
        ObjectNode event = document("event-" + n, "event")
                .put("title", GATHERINGS.get(k % GATHERINGS.size()))
                .put("location", PLACES.get((k / 2) % PLACES.size()))
                .put("startTime", start.toString())
                .put("isPublic", k % 3 != 2);
        event.set("organizer", reference(user));
        return event;
    }

    private static ObjectNode note(int user) {
        return document("note-1", "note").put("text", "Only " + USERS.get(user) + " should ever read this.");
    }

    private static ObjectNode document(String id, String type) {
        return JsonNodeFactory.instance.objectNode().put("_id", id).put("type", type);
    }

    private static ObjectNode reference(int user) {
        return JsonNodeFactory.instance.objectNode().put("did", did(user)).put("ref", "profile");
    }

    private static String did(int user) {
        return "did:example:" + id(user);
    }

    private static String id(int user) {
        return USERS.get(user).toLowerCase(Locale.ROOT);
    }
}
