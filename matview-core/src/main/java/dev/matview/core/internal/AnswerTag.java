package dev.matview.core.internal;

import dev.matview.core.Query;
import dev.matview.core.internal.Answer.CachedPage;
import dev.matview.core.internal.Answer.RowId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

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
record AnswerTag(String generations, String query, String rows) {

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

    /** @param rows what {@link Key#rows} says of the page */
    static AnswerTag of(String collection, String generations, Query query, String rows) {
        return new AnswerTag(generations, query(collection, query), rows);
    }

    /** Names the query, but not who asks: who is shown the same has the same answer. */
    private static String query(String collection, Query query) {
        Hmac hash = new Hmac.Key(new byte[] {0}).hmac();
        hash.add(collection).add(query.shape());
        hash.add(query.limit().toString()).add(Integer.toString(query.skip()));
        hash.add(query.bookmark() == null ? "" : "after " + query.bookmark());
        query.expand().forEach(hash::add);
        return text(hash.finish());
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
