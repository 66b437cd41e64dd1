package dev.matview.server.http.exchange;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Addresses that are written as numbers: no name is ever looked up for them. */
public final class AddressLiteral {

    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final int MAX_PART = 255;

    private AddressLiteral() {}

    /** The address; empty when the text is none. An IPv6 address is without brackets. */
    public static Optional<InetAddress> of(String text) {
        try {
            if (V4.matcher(text).matches()) {
                return v4(text.split("\\."));
            }
            // In brackets it is read as IPv6, or not at all.
            return V6.matcher(text).matches() ? Optional.of(InetAddress.getByName("[" + text + "]")) : Optional.empty();
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static Optional<InetAddress> v4(String[] parts) throws UnknownHostException {
        byte[] bytes = new byte[parts.length];
        for (int i = 0; i < bytes.length; i++) {
            int part = Integer.parseInt(parts[i]);
            if (part > MAX_PART) {
                return Optional.empty();
            }
            bytes[i] = (byte) part;
        }
        return Optional.of(InetAddress.getByAddress(bytes));
    }
}
