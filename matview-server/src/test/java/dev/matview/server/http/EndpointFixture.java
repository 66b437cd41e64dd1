package dev.matview.server.http;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.matview.core.GlobalFeeds;
import dev.matview.core.access.Access;
import dev.matview.core.event.Scheduler;
import dev.matview.core.feed.FeedDefinition;
import dev.matview.core.feed.FeedRegistry;
import dev.matview.core.memory.InMemoryDatabases;
import dev.matview.server.auth.ClaimRules;
import dev.matview.server.auth.SharedSecretTokens;
import dev.matview.server.auth.Tokens;
import dev.matview.server.http.connection.Cors;
import java.io.IOException;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;

/** A service with two feeds, for tokens of a shared secret and pages of another origin. */
abstract class EndpointFixture {

    static final String APP = "https://app.example.org";
    static final String POSTS = "/data/posts/query?global=true";
    static final int MAX_REQUESTS = 2;

    final InMemoryDatabases databases = new InMemoryDatabases();

    @AutoClose
    final Scheduler scheduler = Scheduler.system();

    GlobalFeeds feeds;
    HttpService service;
    Http http;

    @BeforeEach
    void start() throws IOException {
        databases.put("userdb-alice", """
                {"_id":"1","type":"post","text":"hers","author":{"did":"did:example:bob","ref":"profile"}}""");
        databases.put("userdb-alice", """
                {"_id":"2","collection":"notes","text":"a note"}""");
        databases.put("userdb-bob", """
                {"_id":"profile","name":"Bob","acl":{"read":{"allow":["did:example:alice"]}}}""");
        databases.put("userdb-bob", """
                {"_id":"diary","name":"only Bob's"}""");
        databases.put("userdb-bob", "{\"_id\":\"3\",\"type\":\"post\",\"text\":\"" + "his".repeat(1000) + "\"}");
        feeds = GlobalFeeds.builder()
                .registry(FeedRegistry.of(
                        FeedDefinition.builder("posts")
                                .selector("{\"type\":\"post\"}")
                                .fields("_id", "text", "author")
                                .build(),
                        FeedDefinition.builder("private")
                                .selector("{\"type\":\"post\"}")
                                .fields("_id")
                                .access(Access.ACL)
                                .build()))
                .aggregator(databases)
                .scheduler(scheduler)
                .build();
        feeds.start();
        feeds.refresh("posts").join();
        feeds.refresh("private").join();
        start(Cors.of(APP + ", https://other.example.org/"));
    }

    void start(Cors cors) throws IOException {
        ClaimRules rules = new ClaimRules(
                null, null, ClaimRules.LEEWAY, "sub", "instanceId", new ClaimRules.Required("role", "admin"));
        service = HttpService.start(
                HttpSettings.of("127.0.0.1", 0).withCors(cors).withMaxRequestsPerCaller(MAX_REQUESTS),
                feeds,
                new SharedSecretTokens(Tokens.SECRET, rules, scheduler),
                scheduler);
        http = new Http(service.port());
    }

    @AfterEach
    void stop() {
        service.close();
        feeds.close();
    }

    HttpResponse<String> ask(String token, String method, String path, String body, String... headers) {
        String[] all = new String[headers.length + 2];
        System.arraycopy(headers, 0, all, 2, headers.length);
        all[0] = "Authorization";
        all[1] = "Bearer " + token;
        return http.send(method, path, body, all);
    }

    static String token(String user) {
        return Tokens.signed(new JWTClaimsSet.Builder()
                .subject("did:example:" + user)
                .claim("instanceId", user)
                .build());
    }
}
