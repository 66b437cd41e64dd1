package dev.matview.server.http;

import java.util.List;
import java.util.Random;

/** Bodies of queries: right ones, nearly right ones, and noise. */
final class BodyFuzz {

    private static final List<String> KEYS = List.of(
            "selector",
            "fields",
            "sort",
            "limit",
            "skip",
            "bookmark",
            "global",
            "expand",
            "maxCacheAge",
            "use_index",
            "r",
            "conflicts",
            "stale",
            "update",
            "stable",
            "execution_stats",
            "allow_fallback",
            "partition",
            "collection",
            "delta",
            "since",
            "selectors",
            "text",
            "author",
            "author.did",
            "_id",
            "",
            "$and",
            "$or",
            "$not",
            "$nor",
            "$eq",
            "$gt",
            "$in",
            "$nin",
            "$regex",
            "$exists",
            "$type",
            "$size",
            "$mod",
            "$all",
            "$elemMatch",
            "$allMatch",
            "$keyMapMatch",
            "$x",
            "a.b",
            "\\u0000",
            "\\ud83d\\ude00",
            "\\ud800");

    /** How many of the keys are options of one form or the other. */
    private static final int OPTIONS = KEYS.indexOf("text");

    private static final List<String> VALUES = List.of(
            "0",
            "1",
            "-1",
            "1.5",
            "1e308",
            "1e999",
            "-0",
            "9223372036854775808",
            "null",
            "true",
            "false",
            "\"\"",
            "\"text\"",
            "\"his\"",
            "\"(a+)+$\"",
            "\"[\"",
            "\"(?i)x\"",
            "\"asc\"",
            "\"desc\"",
            "\"string\"",
            "\"\\u0000\"",
            "\"\\udc00\"",
            "[]",
            "{}",
            "NaN",
            "'x'",
            "\"" + "y".repeat(300) + "\"");

    private static final String NOISE = "{}[]\",:\\0123abc \n\u00e9";

    private final Random random;

    BodyFuzz(Random random) {
        this.random = random;
    }

    String next() {
        String body = random.nextInt(3) == 0 ? object(4) : options(random.nextBoolean());
        return switch (random.nextInt(12)) {
            case 0 -> body.substring(0, random.nextInt(body.length() + 1));
            case 1 -> body + one(VALUES);
            case 2 -> mutate(body);
            case 3 -> noise();
            case 4 -> value(4);
            default -> body;
        };
    }

    /** A query that might be taken, in Mango's form or the flat one. */
    private String options(boolean mango) {
        StringBuilder body = new StringBuilder("{");
        body.append(mango ? "\"selector\":" + (random.nextInt(8) == 0 ? value(2) : object(3)) : "\"text\":" + value(1));
        for (String key : KEYS.subList(1, OPTIONS)) {
            if (random.nextInt(mango ? 12 : 6) == 0) {
                body.append(",\"").append(key).append("\":").append(option(key));
            }
        }
        return body.append('}').toString();
    }

    /** Right more often than not, so that several options get their turn. */
    private String option(String key) {
        if (random.nextInt(4) == 0) {
            return value(2);
        }
        return switch (key) {
            case "fields", "sort", "expand" -> array(2);
            case "limit", "skip", "maxCacheAge", "r" -> "1";
            case "bookmark", "use_index", "partition" -> "\"\"";
            case "stale" -> "false";
            default -> "true";
        };
    }

    private String object(int depth) {
        StringBuilder json = new StringBuilder("{");
        int size = random.nextInt(4);
        for (int i = 0; i < size; i++) {
            json.append(i == 0 ? "" : ",")
                    .append('"')
                    .append(one(KEYS))
                    .append("\":")
                    .append(value(depth - 1));
        }
        return json.append('}').toString();
    }

    private String array(int depth) {
        StringBuilder json = new StringBuilder("[");
        int size = random.nextInt(4);
        for (int i = 0; i < size; i++) {
            json.append(i == 0 ? "" : ",").append(value(depth - 1));
        }
        return json.append(']').toString();
    }

    private String value(int depth) {
        int kind = depth <= 0 ? 0 : random.nextInt(3);
        return kind == 0 ? one(VALUES) : kind == 1 ? object(depth) : array(depth);
    }

    private String mutate(String body) {
        char[] chars = body.toCharArray();
        chars[random.nextInt(chars.length)] = (char) random.nextInt(256);
        return new String(chars);
    }

    private String noise() {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(60);
        for (int i = 0; i < length; i++) {
            text.append(NOISE.charAt(random.nextInt(NOISE.length())));
        }
        return text.toString();
    }

    private String one(List<String> values) {
        return values.get(random.nextInt(values.size()));
    }
}
