package dev.matview.server.http;

import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where documents come from, as administrators are told. Thread-safe.
 *
 * @param documents in words, without credentials
 * @param changes how it is noticed that a database changed, in words
 * @param places that may be away; each look shows how they are then. Quick
 */
public record Origin(String documents, String changes, Supplier<List<Place>> places) {

    /** One that says nothing, of a program that has feeds of its own. */
    public static final Origin UNTOLD = of("this program", "as the program tells them");

    /** One that is never away. */
    public static Origin of(String documents, String changes) {
        return new Origin(documents, changes, List::of);
    }

    /**
     * One of the servers that documents or views are in.
     *
     * @param name its URL, without credentials
     * @param since when it came to be up, or away
     * @param reason why it is away; null while it is up
     */
    public record Place(
            String name,
            boolean up,
            Instant since,
            @Nullable String reason) {}
}
