package dev.matview.examples.benchmarks.couchdb;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** When writes arrive where they are waited for: named by CouchDB, and in a feed. What comes before its write returned counts. */
final class Arrivals {

    private final double[] inFeed;
    private final double[] named;
    private final CountDownLatch missing;
    private final Map<String, Long> notInFeed = new HashMap<>();
    private final Map<String, Long> notNamed = new HashMap<>();
    private final Map<String, Long> early = new HashMap<>();
    private final Set<String> seen = new HashSet<>();
    private String newest = "";
    private int inFeedCount;
    private int namedCount;

    Arrivals(int writes) {
        inFeed = new double[writes];
        named = new double[writes];
        missing = new CountDownLatch(2 * writes);
    }

    /** @param began when the write was sent; the id is known once it returned */
    synchronized void written(String database, String id, long began) {
        notInFeed.put(id, began);
        notNamed.put(database, began);
        Long told = early.get(database);
        if (told != null && told > began) {
            name(database, told);
        }
        look(newest, System.nanoTime());
    }

    /** A page of the newest rows. */
    synchronized void inFeed(String page) {
        newest = page;
        look(page, System.nanoTime());
    }

    private void look(String page, long now) {
        notInFeed.entrySet().removeIf(entry -> {
            boolean there = page.contains(entry.getKey()) && seen.add(entry.getKey());
            if (there) {
                inFeed[inFeedCount++] = (now - entry.getValue()) / 1e9;
                missing.countDown();
            }
            return there;
        });
    }

    synchronized void named(String database) {
        early.put(database, System.nanoTime());
        if (notNamed.containsKey(database)) {
            name(database, System.nanoTime());
        }
    }

    private void name(String database, long now) {
        Long began = notNamed.remove(database);
        if (began != null) {
            named[namedCount++] = (now - began) / 1e9;
            missing.countDown();
        }
    }

    void await(Duration atMost) throws InterruptedException {
        if (!missing.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException(missing.getCount() + " arrivals are missing");
        }
    }

    /** Seconds from the write, sorted. */
    synchronized double[] inFeed() {
        return sorted(inFeed);
    }

    /** Seconds from the write, sorted. */
    synchronized double[] named() {
        return sorted(named);
    }

    private static double[] sorted(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted;
    }
}
