package dev.matview.core.internal.read;

import dev.matview.core.Query;
import dev.matview.core.internal.read.ServedPage.CachedPage;
import dev.matview.core.internal.read.ServedPage.RowId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Names an answer, in a form that clients carry and give back: {@code <generations>.<query>.<rows>}. The generation can be
 * looked up; that the query is the same, and that the rows read from that generation are those the client was given, is
 * compared. Immutable.
 *
 * @param generations the tag of the generation that was read; with that of the one that decided on rights, where it was
 *     another
 * @param query a hash of what was asked
 * @param rows a keyed hash of the rows and what they showed: without the key, guesses at hidden ids could be tried on it
 */
public record AnswerTag(String generations, String query, String rows) {

    private static final int HASH_BYTES = 12;
    private static final int LONGEST = 200;

    /** What rows are hashed with. Immutable and thread-safe. */
    record Key(Hmac.Key key) {

        /** @param page its hash is the same on every server */
        String rows(CachedPage page) {
            Hmac hmac = key.hmac().add(page.json());
            for (RowId row : page.ids()) {
                hmac.add(row.database()).add(row.id());
            }
            return text(hmac.finish());
        }
    }

    /** What was asked, but not who asked: who is shown the same has the same answer. */
    public record Asked(
            String source,
            String shape,
            OptionalInt limit,
            int skip,
            @Nullable String bookmark,
            List<String> expand) {

        /** @param source what was asked: the collection, or an own database */
        public static Asked of(String source, Query query) {
            return new Asked(source, query.shape(), query.limit(), query.skip(), query.bookmark(), query.expand());
        }

        private String hash() {
            Hmac hash = new Hmac.Key(new byte[] {0}).hmac();
            hash.add(source).add(shape).add(limit.toString()).add(Integer.toString(skip));
            hash.add(bookmark == null ? "" : "after " + bookmark);
            expand.forEach(hash::add);
            return text(hash.finish());
        }
    }

    /** @param rows what {@link Key#rows} says of the page */
    static AnswerTag of(Asked asked, String generations, String rows) {
        return new AnswerTag(generations, asked.hash(), rows);
    }

    /** What {@link #toString} wrote; nothing when the text is something else. */
    static Optional<AnswerTag> parse(String text) {
        String[] parts = text.length() > LONGEST ? new String[0] : text.split("\\.", -1);
        return parts.length == 3 ? Optional.of(new AnswerTag(parts[0], parts[1], parts[2])) : Optional.empty();
    }

    private static String text(byte[] hash) {
        return new String(
                Base64.getUrlEncoder().withoutPadding().encode(Arrays.copyOf(hash, HASH_BYTES)),
                StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return generations + '.' + query + '.' + rows;
    }
}
