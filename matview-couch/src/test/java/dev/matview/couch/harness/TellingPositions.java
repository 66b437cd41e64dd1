package dev.matview.couch.harness;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.matview.couch.harness.FaultProxy.Fault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes a server, as it is seen through a proxy, tell a database from one made again: then {@code _changes} are read of
 * PouchDB Server as of CouchDB. Databases are to be deleted by {@link #drop} alone.
 */
public final class TellingPositions {

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final FaultProxy proxy;
    private final RawCouch couch;
    private final TestDatabases databases;
    private final Map<String, Integer> drops = new ConcurrentHashMap<>();

    public TellingPositions(FaultProxy proxy, RawCouch couch, TestDatabases databases) {
        this.proxy = proxy;
        this.couch = couch;
        this.databases = databases;
        install();
    }

    /** Also after the proxy was {@linkplain FaultProxy#heal() healed}. Positions are asked for one by one. */
    public void install() {
        proxy.on("_dbs_info", Fault.status(404, "{\"error\":\"not_found\",\"reason\":\"missing\"}"));
        proxy.on("GET /" + databases.prefix() + "[^/?]*$", Fault.rewrite(this::telling));
    }

    private String telling(String body) {
        try {
            ObjectNode info = (ObjectNode) MAPPER.readTree(body);
            if (info.has("db_name") && !info.has("purge_seq")) {
                info.put("purge_seq", "0");
                info.put(
                        "instance_start_time",
                        "made-" + drops.getOrDefault(info.path("db_name").asText(), 0));
            }
            return info.toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Deletes a database, if it is there. @param name its full name */
    public void drop(String name) {
        drops.merge(name, 1, Integer::sum);
        couch.drop(name);
    }
}
