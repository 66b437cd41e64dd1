package dev.matview.sql.internal;

import dev.matview.core.event.Episode;
import dev.matview.core.spi.ViewStoreException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What goes wrong with a PostgreSQL: in words for people, and told once when it begins and once when it is over. Thread-safe. */
final class Outages {

    private static final String READ_ONLY = "25006";
    private static final String DISK_FULL = "53100";

    /** Errors of the whole transaction, which another attempt may be spared. */
    private static final Set<String> TO_BE_REPEATED = Set.of("40001", "40P01");

    private final String place;
    private final Episode away;
    private final Episode refusing;

    Outages(String place, InstantSource clock) {
        this.place = place;
        away = new Episode(Database.class, clock);
        refusing = new Episode(Database.class, clock);
    }

    static boolean isToBeRepeated(SQLException e) {
        return TO_BE_REPEATED.contains(state(e));
    }

    static boolean isReadOnly(SQLException e) {
        return state(e).equals(READ_ONLY);
    }

    /** Whether the connection is of no use any more. */
    static boolean isBroken(SQLException e) {
        String state = state(e);
        return state.startsWith("08") || state.startsWith("57P0");
    }

    private static String state(SQLException e) {
        // The pool's says only that it had none; why is its cause's.
        Throwable cause = e.getCause();
        String state = cause instanceof SQLException inner ? inner.getSQLState() : e.getSQLState();
        return state == null ? "" : state;
    }

    /** Something was read or written. */
    void answered() {
        away.ends("PostgreSQL at {} answers again", place);
    }

    boolean isAway() {
        return away.lasts();
    }

    /** Something was written. */
    void written() {
        refusing.ends("PostgreSQL at {} takes writes again", place);
    }

    /** Takes note; gives what to throw. */
    ViewStoreException failed(String what, SQLException e) {
        String words = words(e);
        String state = state(e);
        if (state.equals(READ_ONLY) || state.equals(DISK_FULL)) {
            refusing.begins("PostgreSQL at {} takes no writes: {}; what is there is served", place, words);
        } else if (isBroken(e) || state.isEmpty()) {
            away.begins("PostgreSQL at {} does not answer: {}", place, words);
        }
        return new ViewStoreException(what + ": " + words, e);
    }

    /** What a person can do something about: no row, no password. */
    static String words(SQLException e) {
        String state = state(e);
        String hint = hint(state);
        return "PostgreSQL: " + message(e) + (state.isEmpty() ? "" : " (SQLSTATE " + state + ")")
                + (hint == null ? "" : "; " + hint);
    }

    private static String message(SQLException e) {
        Throwable cause = e.getCause();
        String message = cause instanceof SQLException inner ? inner.getMessage() : e.getMessage();
        return String.valueOf(message).replaceAll("\\s+", " ").strip();
    }

    private static @Nullable String hint(String state) {
        return switch (state) {
            case DISK_FULL -> "its disk is full";
            case READ_ONLY -> "it is a standby, or set to read only";
            case "28P01", "28000" -> "look at the user and the password file";
            case "3D000" -> "there is no such database: create it, with encoding UTF8";
            case "42501" -> "the user may not do that: let it own the schema, or create one in the database";
            case "53300" -> "raise max_connections, or start fewer servers";
            case "57014" -> "it took longer than a statement may";
            case "55P03" -> "somebody else holds a lock on it";
            default -> null;
        };
    }
}
