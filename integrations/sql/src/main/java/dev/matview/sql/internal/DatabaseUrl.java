package dev.matview.sql.internal;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where a database is: {@code postgresql://user@host1:5432,host2/database?sslmode=verify-full&passwordFile=/run/secrets/pg}.
 * Immutable; it is never printed with its password.
 *
 * @param hosts without brackets
 * @param ports of the hosts
 * @param options of the driver's that are let through
 */
record DatabaseUrl(
        List<String> hosts,
        List<Integer> ports,
        String database,
        @Nullable String user,
        @Nullable String password,
        @Nullable Path passwordFile,
        String schema,
        Map<String, String> options) {

    private static final int PORT = 5432;
    private static final String PASSWORD_FILE = "passwordFile";
    private static final Set<String> OURS = Set.of("user", PASSWORD_FILE, "schema");
    private static final Set<String> DRIVERS =
            Set.of("sslmode", "sslrootcert", "sslcert", "sslkey", "gssEncMode", "ApplicationName");

    /** Whether the scheme is one of a PostgreSQL. */
    static boolean isOne(URI url) {
        String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
        return scheme.equals("postgresql") || scheme.equals("postgres");
    }

    /** @throws IllegalArgumentException when no database can be there; the message holds no password */
    static DatabaseUrl of(URI url) {
        String authority = url.getRawAuthority();
        String path = url.getRawPath();
        if (authority == null || path == null || path.length() < 2 || path.indexOf('/', 1) >= 0) {
            throw new IllegalArgumentException(
                    "the URL of a PostgreSQL looks like postgresql://user@host/database or postgresql://host1,host2:5433/database");
        }
        int at = authority.lastIndexOf('@');
        String[] who = at < 0 ? new String[0] : authority.substring(0, at).split(":", 2);
        List<String> hosts = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        for (String place : authority.substring(at + 1).split(",", -1)) {
            addPlace(place, hosts, ports);
        }
        Map<String, String> given = parameters(url.getRawQuery());
        String user = who.length > 0 && !who[0].isEmpty() ? decoded(who[0]) : given.get("user");
        String file = given.get(PASSWORD_FILE);
        String schema = given.getOrDefault("schema", Schema.NAME);
        given.keySet().removeAll(OURS);
        return new DatabaseUrl(
                List.copyOf(hosts),
                List.copyOf(ports),
                decoded(path.substring(1)),
                user,
                who.length == 2 ? decoded(who[1]) : null,
                file == null ? null : Path.of(file),
                schema,
                Map.copyOf(given));
    }

    private static void addPlace(String place, List<String> hosts, List<Integer> ports) {
        int colon = place.lastIndexOf(':');
        boolean hasPort = colon >= 0 && colon > place.lastIndexOf(']');
        String host = hasPort ? place.substring(0, colon) : place;
        if (host.isEmpty()) {
            throw new IllegalArgumentException("a host of the PostgreSQL is missing in the URL");
        }
        hosts.add(host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host);
        ports.add(hasPort ? port(place.substring(colon + 1)) : PORT);
    }

    private static int port(String given) {
        if (given.matches("[0-9]{1,5}") && Integer.parseInt(given) >= 1 && Integer.parseInt(given) <= 65_535) {
            return Integer.parseInt(given);
        }
        throw new IllegalArgumentException("a port of the PostgreSQL is a number from 1 to 65535");
    }

    private static Map<String, String> parameters(@Nullable String query) {
        Map<String, String> given = new LinkedHashMap<>();
        for (String parameter : query == null || query.isEmpty() ? new String[0] : query.split("&")) {
            String[] parts = parameter.split("=", 2);
            String name = decoded(parts[0]);
            if (name.equals("password")) {
                throw new IllegalArgumentException(
                        "leave the password out of the URL: name a file that holds it with " + PASSWORD_FILE + "=");
            }
            if (!OURS.contains(name) && !DRIVERS.contains(name)) {
                Set<String> known = new TreeSet<>(OURS);
                known.addAll(DRIVERS);
                // Neither the name nor the value: a mistyped one may be followed by a password.
                throw new IllegalArgumentException("the URL of a PostgreSQL has only these parameters: " + known);
            }
            given.put(name, parts.length == 1 ? "" : decoded(parts[1]));
        }
        return given;
    }

    private static String decoded(String part) {
        return URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** The hosts and the database, for messages. */
    String place() {
        StringBuilder place = new StringBuilder("postgresql://");
        for (int i = 0; i < hosts.size(); i++) {
            place.append(i == 0 ? "" : ",").append(hosts.get(i)).append(':').append(ports.get(i));
        }
        return place.append('/').append(database).toString();
    }

    /** Says no password. */
    @Override
    public String toString() {
        return place();
    }
}
