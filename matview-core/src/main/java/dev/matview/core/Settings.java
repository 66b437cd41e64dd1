package dev.matview.core;

import dev.matview.core.mango.MangoLimits;
import java.time.Duration;
import java.util.Objects;

/**
 * Sizes, times and bounds of a {@link GlobalFeeds}. Immutable and thread-safe.
 *
 * <pre>{@code
 * Settings settings = Settings.builder().pageSize(50).queryTime(Duration.ofSeconds(1)).build();
 * }</pre>
 */
public final class Settings {

    private final int pageSize;
    private final int maxPageSize;
    private final int answerBytes;
    private final Duration bookmarkGrace;
    private final long pinnedRows;
    private final long cacheBytes;
    private final long searchBytes;
    private final long maxViewBytes;
    private final int refreshThreads;
    private final Duration queryTime;
    private final Duration waitTime;
    private final long querySteps;
    private final long hotSteps;
    private final int ownRows;
    private final int ownReaders;
    private final int maxReferrals;
    private final Duration referralTime;
    private final Duration maxBackoff;
    private final MangoLimits mango;

    private Settings(Builder builder) {
        this.pageSize = builder.pageSize;
        this.maxPageSize = builder.maxPageSize;
        this.answerBytes = builder.answerBytes;
        this.bookmarkGrace = builder.bookmarkGrace;
        this.pinnedRows = builder.pinnedRows;
        this.cacheBytes = builder.cacheBytes;
        this.searchBytes = builder.searchBytes;
        this.maxViewBytes = builder.maxViewBytes;
        this.refreshThreads = builder.refreshThreads;
        this.queryTime = builder.queryTime;
        this.waitTime = builder.waitTime;
        this.querySteps = builder.querySteps;
        this.hotSteps = builder.hotSteps;
        this.ownRows = builder.ownRows;
        this.ownReaders = builder.ownReaders;
        this.maxReferrals = builder.maxReferrals;
        this.referralTime = builder.referralTime;
        this.maxBackoff = builder.maxBackoff;
        this.mango = builder.mango;
    }

    /** Every setting at its default. */
    public static Settings defaults() {
        return builder().build();
    }

    /** A builder of {@link #defaults()}. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder of these settings. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.pageSize = pageSize;
        builder.maxPageSize = maxPageSize;
        builder.answerBytes = answerBytes;
        builder.bookmarkGrace = bookmarkGrace;
        builder.pinnedRows = pinnedRows;
        builder.cacheBytes = cacheBytes;
        builder.searchBytes = searchBytes;
        builder.maxViewBytes = maxViewBytes;
        builder.refreshThreads = refreshThreads;
        builder.queryTime = queryTime;
        builder.waitTime = waitTime;
        builder.querySteps = querySteps;
        builder.hotSteps = hotSteps;
        builder.ownRows = ownRows;
        builder.ownReaders = ownReaders;
        builder.maxReferrals = maxReferrals;
        builder.referralTime = referralTime;
        builder.maxBackoff = maxBackoff;
        builder.mango = mango;
        return builder;
    }

    /** Rows on a page unless the query says how many. Default: 100. */
    public int pageSize() {
        return pageSize;
    }

    /**
     * Rows on a page at most; a query that asks for more gets as many. Not below {@link #pageSize}. Default: 1,000.
     */
    public int maxPageSize() {
        return maxPageSize;
    }

    /**
     * Bytes of JSON at which an answer ends early: it has at least one row, and its page a warning. A request holds as many
     * bytes of documents that it refers to at most, and a reader of an own database as many of rows. Default: 16 MiB.
     */
    public int answerBytes() {
        return answerBytes;
    }

    /** How long a generation that a bookmark pins is kept after the next one; zero keeps none. Default: 5 minutes. */
    public Duration bookmarkGrace() {
        return bookmarkGrace;
    }

    /**
     * How many rows the generations that bookmarks and subscriptions pin keep in memory at most, in all feeds together,
     * beyond those that are served. A row is counted once however many of them share it; a generation that differs from the
     * next by one row counts as some ten rows, however many it has. The oldest are given up first, and those of subscriptions
     * last. Default: a row for each 5,000 bytes of the heap, which takes about a tenth of it.
     */
    public long pinnedRows() {
        return pinnedRows;
    }

    /** How many bytes ready-made pages take at most, and as many referred documents. Default: 32 MiB. */
    public long cacheBytes() {
        return cacheBytes;
    }

    /**
     * How many bytes what further selectors and sorts have found takes at most, done or under way; one that would take
     * more by itself is refused. Default: an eighth of the heap ({@link Runtime#maxMemory()}), 32 MiB at least.
     */
    public long searchBytes() {
        return searchBytes;
    }

    /**
     * How many bytes the rows of all views take at most, by their own sizes; a refresh that would pass it fails.
     * Default: 60 % of the heap ({@link Runtime#maxMemory()}).
     */
    public long maxViewBytes() {
        return maxViewBytes;
    }

    /** How many refreshes run at once. Default: 2. */
    public int refreshThreads() {
        return refreshThreads;
    }

    /**
     * How long one query may work: search, sort, render. Waiting, for another that searches the same or for a database,
     * is not work. References that a query asks to expand are left as they are when their documents do not come in that
     * time. Default: 2 seconds.
     */
    public Duration queryTime() {
        return queryTime;
    }

    /**
     * How long one query may wait beside that, in all: for another that searches the same, for a place among the readers
     * of own databases, for a database. Default: 30 seconds.
     */
    public Duration waitTime() {
        return waitTime;
    }

    /**
     * How many steps one query may take: a step is a condition looked at, an array element, a name of a path, a comparison.
     * Default: 10 million.
     */
    public long querySteps() {
        return querySteps;
    }

    /**
     * How many of them the first attempt may take on a thread that must not be held up. Default: 20,000, about two
     * milliseconds.
     */
    public long hotSteps() {
        return hotSteps;
    }

    /** The largest offset + limit in a user's own database, where no page is ready-made. Default: 100,000. */
    public int ownRows() {
        return ownRows;
    }

    /** How many own databases are read at once; who comes later waits. Default: 4. */
    public int ownReaders() {
        return ownReaders;
    }

    /**
     * How many documents of other users one answer refers to at most; it ends early before the row with one more.
     * Default: 2,000.
     */
    public int maxReferrals() {
        return maxReferrals;
    }

    /**
     * How long a document of another user that a query asked for is kept for the next one; zero keeps none. Default: 5
     * seconds.
     */
    public Duration referralTime() {
        return referralTime;
    }

    /** The longest time between attempts while refreshes fail. Default: 5 minutes. */
    public Duration maxBackoff() {
        return maxBackoff;
    }

    /**
     * Bounds of the selectors, fields and sorts of queries: one beyond them is refused, whoever compiled it. Default:
     * {@link MangoLimits#defaults()}.
     */
    public MangoLimits mango() {
        return mango;
    }

    /** Builds settings; what each means stands at the getter of its name in {@link Settings}. Not thread-safe. */
    public static final class Builder {
        private int pageSize = 100;
        private int maxPageSize = 1_000;
        private int answerBytes = 16 << 20;
        private Duration bookmarkGrace = Duration.ofMinutes(5);
        private long pinnedRows = Math.max(1, Runtime.getRuntime().maxMemory() / 5_000);
        private long cacheBytes = 32L << 20;
        private long searchBytes = Math.max(32L << 20, Runtime.getRuntime().maxMemory() / 8);
        private long maxViewBytes = Runtime.getRuntime().maxMemory() / 10 * 6;
        private int refreshThreads = 2;
        private Duration queryTime = Duration.ofSeconds(2);
        private Duration waitTime = Duration.ofSeconds(30);
        private long querySteps = 10_000_000;
        private long hotSteps = 20_000;
        private int ownRows = 100_000;
        private int ownReaders = 4;
        private int maxReferrals = 2_000;
        private Duration referralTime = Duration.ofSeconds(5);
        private Duration maxBackoff = Duration.ofMinutes(5);
        private MangoLimits mango = MangoLimits.defaults();

        private Builder() {}

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder pageSize(int pageSize) {
            this.pageSize = (int) requireAboveZero(pageSize, "pageSize");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder maxPageSize(int maxPageSize) {
            this.maxPageSize = (int) requireAboveZero(maxPageSize, "maxPageSize");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder answerBytes(int answerBytes) {
            this.answerBytes = (int) requireAboveZero(answerBytes, "answerBytes");
            return this;
        }

        /** @throws IllegalArgumentException when it is below zero */
        public Builder bookmarkGrace(Duration bookmarkGrace) {
            this.bookmarkGrace = requireNotNegative(bookmarkGrace, "bookmarkGrace");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder pinnedRows(long pinnedRows) {
            this.pinnedRows = requireAboveZero(pinnedRows, "pinnedRows");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder cacheBytes(long cacheBytes) {
            this.cacheBytes = requireAboveZero(cacheBytes, "cacheBytes");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder searchBytes(long searchBytes) {
            this.searchBytes = requireAboveZero(searchBytes, "searchBytes");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder maxViewBytes(long maxViewBytes) {
            this.maxViewBytes = requireAboveZero(maxViewBytes, "maxViewBytes");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder refreshThreads(int refreshThreads) {
            this.refreshThreads = (int) requireAboveZero(refreshThreads, "refreshThreads");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder queryTime(Duration queryTime) {
            this.queryTime = requireAboveZero(queryTime, "queryTime");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder waitTime(Duration waitTime) {
            this.waitTime = requireAboveZero(waitTime, "waitTime");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder querySteps(long querySteps) {
            this.querySteps = requireAboveZero(querySteps, "querySteps");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder hotSteps(long hotSteps) {
            this.hotSteps = requireAboveZero(hotSteps, "hotSteps");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder ownRows(int ownRows) {
            this.ownRows = (int) requireAboveZero(ownRows, "ownRows");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder ownReaders(int ownReaders) {
            this.ownReaders = (int) requireAboveZero(ownReaders, "ownReaders");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder maxReferrals(int maxReferrals) {
            this.maxReferrals = (int) requireAboveZero(maxReferrals, "maxReferrals");
            return this;
        }

        /** @throws IllegalArgumentException when it is below zero */
        public Builder referralTime(Duration referralTime) {
            this.referralTime = requireNotNegative(referralTime, "referralTime");
            return this;
        }

        /** @throws IllegalArgumentException when it is not above zero */
        public Builder maxBackoff(Duration maxBackoff) {
            this.maxBackoff = requireAboveZero(maxBackoff, "maxBackoff");
            return this;
        }

        public Builder mango(MangoLimits mango) {
            this.mango = Objects.requireNonNull(mango, "mango");
            return this;
        }

        /** @throws IllegalArgumentException when {@link #pageSize} or {@link #hotSteps} is above its maximum */
        public Settings build() {
            if (pageSize > maxPageSize) {
                throw new IllegalArgumentException(
                        "pageSize must not be above maxPageSize: " + pageSize + ", " + maxPageSize);
            }
            if (hotSteps > querySteps) {
                throw new IllegalArgumentException(
                        "hotSteps must not be above querySteps: " + hotSteps + ", " + querySteps);
            }
            return new Settings(this);
        }

        private static long requireAboveZero(long value, String name) {
            if (value < 1) {
                throw new IllegalArgumentException(name + " must be above zero, not " + value);
            }
            return value;
        }

        private static Duration requireAboveZero(Duration value, String name) {
            if (requireNotNegative(value, name).isZero()) {
                throw new IllegalArgumentException(name + " must be above zero");
            }
            return value;
        }

        private static Duration requireNotNegative(Duration value, String name) {
            if (value.isNegative()) {
                throw new IllegalArgumentException(name + " must not be negative, but is " + value);
            }
            return value;
        }
    }
}
