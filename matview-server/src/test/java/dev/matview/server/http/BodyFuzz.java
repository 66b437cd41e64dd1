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
        String body = random.nextInt(3) == 0 ? object(4) : query();
        return switch (random.nextInt(8)) {
            case 0 -> body.substring(0, random.nextInt(body.length() + 1));
            case 1 -> body + one(VALUES);
            case 2 -> mutate(body);
            case 3 -> noise();
            default -> body;
        };
    }

    /** A query that Mango might take. */
    private String query() {
        StringBuilder body = new StringBuilder("{\"selector\":").append(object(3));
        if (random.nextBoolean()) {
            body.append(",\"limit\":").append(one(VALUES));
        }
        if (random.nextInt(3) == 0) {
            body.append(",\"fields\":").append(array(1));
        }
        if (random.nextInt(3) == 0) {
            body.append(",\"sort\":").append(array(2));
        }
        return body.append('}').toString();
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
