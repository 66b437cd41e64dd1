package dev.matview.examples.benchmarks.inprocess;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.matview.core.feed.FeedDefinition;
import java.time.Duration;
import java.util.Random;

/** The documents that benchmarks ask for: posts of some 200 bytes, in an order that has nothing to do with their numbers. */
public final class Posts {

    public static final int TAGS = 1_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private Posts() {}

    public static String id(int number) {
        return "p%07d".formatted(number);
    }

    public static String did(int author) {
        return "did:plc:%024x".formatted(author * 0x9E3779B97F4A7C15L);
    }

    public static String tag(int number) {
        return "tag-" + Math.floorMod(number, TAGS);
    }

    public static String database(int number) {
        return "userdb-%06d".formatted(number);
    }

    /** @param authors how many there are */
    public static String json(int number, int authors) {
        return ("{\"_id\":\"%s\",\"type\":\"post\",\"at\":%d,\"author\":{\"did\":\"%s\",\"ref\":\"profile\"},\"tag\":\"%s\","
                        + "\"likes\":%d,\"text\":\"%s\"}")
                .formatted(
                        id(number),
                        at(number),
                        did(number % authors),
                        tag(number / 7),
                        likes(number),
                        "A post as long as many of them are, ".repeat(2));
    }

    /** No two posts have the same. */
    public static int at(int number) {
        return Integer.reverse(number) >>> 1;
    }

    public static int likes(int number) {
        return new Random(number).nextInt(100_000);
    }

    /** JSON that stands in the source, parsed. */
    public static JsonNode parsed(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(json, e);
        }
    }

    /** The feed of them, newest first. */
    public static FeedDefinition.Builder feed() {
        return FeedDefinition.builder("posts")
                .selector("{\"type\":\"post\"}")
                .sort("[{\"at\":\"desc\"}]")
                .interval(Duration.ofDays(1));
    }
}
