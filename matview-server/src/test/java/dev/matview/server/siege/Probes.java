package dev.matview.server.siege;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;

/** What one caller was answered, and how long each answer took. */
final class Probes {

    private final String name;
    private final List<Long> millis = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Integer> answers = Collections.synchronizedMap(new TreeMap<>());

    Probes(String name) {
        this.name = name;
    }

    /** Sends one request after the other, until there were enough or the time is over. */
    static Probes of(String name, int count, Duration longest, Besieged server, IntFunction<HttpRequest> request)
            throws InterruptedException {
        Probes probes = new Probes(name);
        long end = System.nanoTime() + longest.toNanos();
        for (int i = 0; i < count && System.nanoTime() < end; i++) {
            probes.send(server, request.apply(i));
        }
        return probes;
    }

    void send(Besieged server, HttpRequest request) throws InterruptedException {
        long begin = System.nanoTime();
        try {
            HttpResponse<String> response = server.send(request);
            took(begin, response.statusCode() + error(response.body()));
        } catch (IOException e) {
            took(begin, e.getClass().getSimpleName());
        }
    }

    private static String error(String body) {
        int end = body.startsWith("{\"error\":\"") ? body.indexOf('"', 10) : -1;
        return end < 0 ? "" : " " + body.substring(10, end);
    }

    void took(long begin, String answer) {
        millis.add((System.nanoTime() - begin) / 1_000_000);
        answers.merge(answer, 1, Integer::sum);
    }

    long percentile(int percent) {
        List<Long> sorted = new ArrayList<>(millis);
        Collections.sort(sorted);
        return sorted.isEmpty() ? -1 : sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }

    @Override
    public String toString() {
        return "%-28s %4d probes  p50 %6d ms  p99 %6d ms  max %6d ms  %s"
                .formatted(name, millis.size(), percentile(50), percentile(99), percentile(100), answers);
    }
}
