package dev.matview.core.access;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rule of a template. Two users never share a database: an instance id stands in the name as it is, and a DID as the
 * hexadecimal of all its bytes, between two texts that are the same for everybody.
 */
final class TemplatedUserDatabases implements UserDatabases {

    private static final String INSTANCE_ID = "instanceId";
    private static final String HEX_OF_SUB = "hex(sub)";
    private static final Pattern TEMPLATE = Pattern.compile("([^{}]*)\\{([^{}]*)}([^{}]*)");

    /** CouchDB's own limit is 238. */
    private static final int MAX_NAME = 238;

    private static final Pattern NAME_START = Pattern.compile("[a-z][a-z0-9_$()+/-]*");
    private static final Pattern NAME_END = Pattern.compile("[a-z0-9_$()+/-]*");

    /** What CouchDB takes in a name but for the slash. */
    private static final Pattern USER = Pattern.compile("[a-z0-9_$()+-]+");

    /** Below the patterns that it is read with. */
    static final UserDatabases STANDARD = parse("userdb-{instanceId}");

    private final String start;
    private final boolean hex;
    private final String end;

    private TemplatedUserDatabases(String start, boolean hex, String end) {
        this.start = start;
        this.hex = hex;
        this.end = end;
    }

    static UserDatabases parse(String template) {
        Matcher parts = TEMPLATE.matcher(template);
        if (!parts.matches()
                || !(parts.group(2).equals(INSTANCE_ID) || parts.group(2).equals(HEX_OF_SUB))) {
            throw new IllegalArgumentException("a user's database is written with one {instanceId} or one {hex(sub)},"
                    + " such as userdb-{instanceId}, not \"" + template + "\"");
        }
        String start = parts.group(1);
        String end = parts.group(3);
        if (!NAME_START.matcher(start).matches() || !NAME_END.matcher(end).matches()) {
            throw new IllegalArgumentException(
                    "the name of a user's database begins with a lower-case letter before the"
                            + " user, and has a-z, 0-9 and _$()+/- besides, not \"" + template + "\"");
        }
        if (start.length() + end.length() >= MAX_NAME) {
            throw new IllegalArgumentException("the name of a database has at most " + MAX_NAME + " characters");
        }
        return new TemplatedUserDatabases(start, parts.group(2).equals(HEX_OF_SUB), end);
    }

    @Override
    public Optional<String> database(String did) {
        return name(hex ? hexOf(did) : did.substring(did.lastIndexOf(':') + 1));
    }

    @Override
    public Optional<String> database(String did, @Nullable String instanceId) {
        if (hex) {
            return database(did);
        }
        return instanceId == null ? Optional.empty() : name(instanceId);
    }

    private Optional<String> name(String user) {
        String name = start + user + end;
        return USER.matcher(user).matches() && name.length() <= MAX_NAME ? Optional.of(name) : Optional.empty();
    }

    /**
     * Empty for whom couch_peruser has no name that is theirs alone: half a surrogate pair has no bytes, and any put in its
     * place would be another's; a control character below 16 is written there with one digit, which runs into the next.
     */
    private static String hexOf(String did) {
        if (did.chars().anyMatch(c -> c < 0x10)) {
            return "";
        }
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(did));
            return HexFormat.of().formatHex(bytes.array(), 0, bytes.limit());
        } catch (CharacterCodingException halfAPair) {
            return "";
        }
    }

    @Override
    public boolean needsInstanceId() {
        return !hex;
    }

    @Override
    public DatabasePattern pattern() {
        return DatabasePattern.of(start + "*" + end);
    }

    @Override
    public String rule() {
        return start + "{" + (hex ? HEX_OF_SUB : INSTANCE_ID) + "}" + end;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TemplatedUserDatabases users && users.rule().equals(rule());
    }

    @Override
    public int hashCode() {
        return rule().hashCode();
    }

    @Override
    public String toString() {
        return rule();
    }
}
