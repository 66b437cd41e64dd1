package dev.matview.server.http.exchange;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that are believed when they say, in {@code X-Forwarded-For}, for whom they ask. Anybody can send that header: it
 * counts as far as it was written by these, from the right. Immutable and thread-safe.
 */
public final class TrustedProxies {

    private static final TrustedProxies NONE = new TrustedProxies(List.of());

    /** An address as a proxy may write it: {@code 192.0.2.1:4711}, {@code [2001:db8::1]:4711}, each also without port. */
    private static final Pattern FORWARDED = Pattern.compile(
            "(?<v4>\\d{1,3}(?:\\.\\d{1,3}){3})(?::\\d+)?|\\[(?<v6>[^\\]]+)\\](?::\\d+)?|(?<bare>[^\\[\\]]*:[^\\[\\]]*)");

    private final List<Block> blocks;

    private TrustedProxies(List<Block> blocks) {
        this.blocks = blocks;
    }

    /** Addresses whose first bits are these. */
    private record Block(InetAddress first, int bits) {

        boolean contains(InetAddress address) {
            byte[] mine = first.getAddress();
            byte[] other = address.getAddress();
            if (mine.length != other.length) {
                return false;
            }
            int whole = bits / 8;
            int rest = bits % 8;
            int mask = 0xff << (8 - rest);
            return Arrays.equals(mine, 0, whole, other, 0, whole)
                    && (rest == 0 || (mine[whole] & mask) == (other[whole] & mask));
        }
    }

    /** Nobody is believed: who asks is who has the connection. */
    public static TrustedProxies none() {
        return NONE;
    }

    /**
     * @param list addresses and blocks of addresses, such as {@code 10.0.0.0/8, ::1}, comma separated
     * @throws IllegalArgumentException when one is neither
     */
    public static TrustedProxies of(String list) {
        List<Block> blocks = new ArrayList<>();
        for (String entry : list.split(",")) {
            if (!entry.isBlank()) {
                blocks.add(block(entry.strip()));
            }
        }
        return blocks.isEmpty() ? NONE : new TrustedProxies(List.copyOf(blocks));
    }

    private static Block block(String entry) {
        String[] parts = entry.split("/", -1);
        InetAddress first = AddressLiteral.of(parts[0])
                .filter(address -> parts.length <= 2)
                .orElseThrow(() -> new IllegalArgumentException(refusal(entry)));
        int most = first.getAddress().length * 8;
        try {
            int bits = parts.length == 1 ? most : Integer.parseInt(parts[1]);
            if (bits >= 0 && bits <= most) {
                return new Block(first, bits);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(refusal(entry), e);
        }
        throw new IllegalArgumentException(refusal(entry));
    }

    private static String refusal(String entry) {
        return "\"" + entry + "\" is neither an address nor a block of addresses, such as 192.0.2.1 or 10.0.0.0/8";
    }

    public boolean isEmpty() {
        return blocks.isEmpty();
    }

    public boolean trust(@Nullable InetSocketAddress peer) {
        return peer != null && trust(peer.getAddress());
    }

    private boolean trust(InetAddress address) {
        return blocks.stream().anyMatch(block -> block.contains(address));
    }

    /**
     * Who asks: the last address that no trusted proxy has.
     *
     * @param peer who has the connection
     * @param forwarded what the headers {@code X-Forwarded-For} say, in their order
     */
    InetAddress caller(InetAddress peer, List<String> forwarded) {
        InetAddress caller = peer;
        String[] hops = String.join(",", forwarded).split(",");
        for (int i = hops.length - 1; i >= 0 && trust(caller); i--) {
            Optional<InetAddress> before = forwardedAddress(hops[i].strip());
            if (before.isEmpty()) {
                // What is written there nobody can be held to: who wrote it is the one that is known.
                return caller;
            }
            caller = before.get();
        }
        return caller;
    }

    private static Optional<InetAddress> forwardedAddress(String hop) {
        Matcher matcher = FORWARDED.matcher(hop);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        String v4 = matcher.group("v4");
        String v6 = matcher.group("v6");
        return AddressLiteral.of(v4 != null ? v4 : v6 != null ? v6 : matcher.group("bare"));
    }
}
