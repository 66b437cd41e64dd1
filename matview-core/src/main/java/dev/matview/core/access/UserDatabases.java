package dev.matview.core.access;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose database is which: the one rule for callers, for the users that documents refer to, and for the databases that a
 * feed covers when it does not say. Thread-safe and quick; the same user always has the same database, and no two users
 * have one.
 *
 * <pre>{@code
 * UserDatabases users = UserDatabases.of("userdb-{hex(sub)}");
 * users.database("alice"); // userdb-616c696365, as couch_peruser names it
 * }</pre>
 */
public interface UserDatabases {

    /** The rule unless another is given: {@code userdb-{instanceId}}. */
    static UserDatabases standard() {
        return TemplatedUserDatabases.STANDARD;
    }

    /**
     * The rule that a template writes: the name of a database, with the user in its place as one of
     *
     * <ul>
     *   <li><code>{instanceId}</code>: the user's instance id as it is, which is what the token says, and of a DID alone its
     *       last part: {@code did:vibe:4711} is the user of {@code userdb-4711}, and so is {@code 4711};
     *   <li><code>{hex(sub)}</code>: the whole DID (a token's {@code sub}), its UTF-8 in lower-case hexadecimal, as CouchDB's
     *       {@code couch_peruser} names databases.
     * </ul>
     *
     * <p>A user whose name would be none that CouchDB takes has no database. An instance id has no slash, so that it
     * leads into no other part of the names.
     *
     * @throws IllegalArgumentException when the template does not have one such place, or no name of a database begins so
     */
    static UserDatabases of(String template) {
        return TemplatedUserDatabases.parse(template);
    }

    /**
     * The database of a caller.
     *
     * @param did the caller's DID
     * @param instanceId the caller's instance id, as far as it is known; without it a rule that {@linkplain
     *     #needsInstanceId() needs} it gives no database, so that nobody reads what the token did not name
     * @return empty for a caller that has none
     */
    Optional<String> database(String did, @Nullable String instanceId);

    /**
     * The name of the database of a user that a document refers to, {@code {"did": …, "ref": …}}; empty for a DID that has
     * none.
     */
    Optional<String> database(String did);

    /** Whether a caller's database is named by the instance id, and not by the DID. */
    boolean needsInstanceId();

    /** The databases of all users. */
    DatabasePattern pattern();

    /**
     * Names the rule: rules of one text give every DID the same database. Rows that hold documents of other users are
     * made anew when it changes.
     */
    String rule();

    /** The caller of that DID and instance id, with the database that is its own. */
    default Caller caller(String did, @Nullable String instanceId) {
        return new Caller(did, database(did, instanceId).orElse(null));
    }
}
