package dev.matview.couch.harness;

import java.net.URI;

/**
 * A server that tests may use.
 *
 * @param how how it was found
 * @param url without credentials
 * @param user empty for a server that asks for none
 */
record FoundServer(String how, URI url, String user, String password) {

    /** @param url with credentials, if the server wants any */
    static FoundServer at(String how, String url) {
        URI uri = URI.create(url.replaceAll("/+$", ""));
        String[] pair = uri.getUserInfo() == null
                ? new String[] {"", ""}
                : uri.getUserInfo().split(":", 2);
        String bare = uri.getScheme() + "://" + uri.getRawAuthority().replaceFirst("^.*@", "") + uri.getRawPath();
        return new FoundServer(how, URI.create(bare), pair[0], pair[1]);
    }
}
