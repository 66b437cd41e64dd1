package dev.matview.core.spi;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One generation of a view, as a {@link PagedViewStore} serves it. It stands for a number and for which view of the name it is,
 * holds nothing that is to be closed, and is of use as long as the store keeps the generation. Thread-safe.
 *
 * <p>What it gives without asking the store: {@link #view}, {@link #head}, {@link #rows} and {@link #leftOut}. All else asks it,
 * and fails with {@link PastGenerationException} when the generation is not kept any more, else as {@link PagedViewStore} says.
 */
public interface PagedGeneration extends PagedSlices {

    String view();

    ViewHead head();

    /** How many rows it has, as kept by the commits. */
    long rows();

    /** The documents that are left out of all of its slices: how many, and some of them by name. */
    LeftOut leftOut();

    /**
     * Rows in their order: those that follow a row.
     *
     * @param after need not be one of these, and only its sort key, database and id count; null begins with the first
     * @param skip how many to pass over first
     * @return as many as there are, up to the limit
     */
    List<Row> page(@Nullable Row after, int skip, int limit);

    /**
     * Entries of an index in their order, or backwards in the opposite one; of whatever is not in the index there are none.
     *
     * @param after the entry that they follow on the way, which need not be there: only its key and its row's sort key,
     *     database and id count; null begins at the range's end where the way begins
     * @return as many as there are in the range, up to the limit
     */
    List<Entry> entries(Range range, @Nullable Entry after, boolean backwards, int limit);

    /**
     * How many entries the range has, of a row up to that one.
     *
     * @param last whose row's place in the feed's order ends what is counted, itself among it: then all of the range have one
     *     key; null for all of the range
     * @param most where there are more, {@code most + 1} is answered, after no more work than for those
     */
    long count(Range range, @Nullable Row last, long most);

    /** How many rows are before that one, which need not be one of these. Costs those that are counted. */
    long place(Row row);

    /**
     * The rows that this has and the other generation of the view has not as they are here: of an earlier one what came since,
     * of a later one what left, by going or by changing. Costs what differs. In no order; what went and came back the same may
     * be among them.
     *
     * @param generation the number of the other one; one that was made anew as a whole since shares nothing
     * @return null when they are more than so many
     * @throws PastGenerationException also when the other one is not kept
     */
    @Nullable
    List<Row> notIn(long generation, int most);

    /**
     * A row where an index has it. Immutable, as long as nobody writes to the key.
     */
    record Entry(byte[] key, Row row) {
        public Entry {
            Objects.requireNonNull(key, "key");
            Objects.requireNonNull(row, "row");
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Entry one && Arrays.equals(key, one.key) && row.equals(one.row);
        }

        @Override
        public int hashCode() {
            return 31 * Arrays.hashCode(key) + row.hashCode();
        }
    }

    /**
     * The entries of an index whose keys are not before {@code from} and are before {@code to}, as unsigned bytes.
     *
     * @param to null for no end. What is not after {@code from} makes an empty range
     */
    record Range(String index, byte[] from, byte @Nullable [] to) {
        public Range {
            Objects.requireNonNull(index, "index");
            Objects.requireNonNull(from, "from");
        }

        /** All entries whose keys are not before that. */
        public static Range from(String index, byte[] from) {
            return new Range(index, from, null);
        }

        /** The entries of exactly that key. */
        public static Range of(String index, byte[] key) {
            return new Range(index, key, Arrays.copyOf(key, key.length + 1));
        }

        /** The entries whose keys begin so. */
        public static Range beginningWith(String index, byte[] prefix) {
            return new Range(index, prefix, after(prefix));
        }

        /** The first key that is after all that begin so; null where there is none. */
        public static byte @Nullable [] after(byte[] prefix) {
            int length = prefix.length;
            while (length > 0 && prefix[length - 1] == (byte) 0xff) {
                length--;
            }
            if (length == 0) {
                return null;
            }
            byte[] next = Arrays.copyOf(prefix, length);
            next[length - 1]++;
            return next;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Range one
                    && index.equals(one.index)
                    && Arrays.equals(from, one.from)
                    && Arrays.equals(to, one.to);
        }

        @Override
        public int hashCode() {
            return 31 * (31 * index.hashCode() + Arrays.hashCode(from)) + Arrays.hashCode(to);
        }
    }
}
