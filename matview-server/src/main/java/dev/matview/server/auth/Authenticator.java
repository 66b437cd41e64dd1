package dev.matview.server.auth;

import org.jspecify.annotations.Nullable;

/** Tells who asks from the token of a request. Implementations are thread-safe, and never log a token. */
public interface Authenticator {

    /**
     * @param token what the client sent, see {@link BearerToken}; null when it sent none
     * @throws UnauthorizedException when there must be a token and there is none, or it is not accepted
     */
    Identity authenticate(@Nullable String token) throws UnauthorizedException;

    /**
     * Whether callers are told apart. Where they are not, everybody reads the public feeds, and nobody has a database of
     * their own.
     */
    boolean identifiesCallers();

    /**
     * Whether {@link #authenticate} may wait for anything but the processor, a set of keys that is read over the network for
     * one. Where it may not, requests are authenticated by the threads that read them.
     */
    default boolean mayWait() {
        return true;
    }

    /** Whether anybody can be an administrator. */
    boolean knowsAdministrators();

    /** Why a caller has no database of its own, for that caller: part of a sentence. */
    String withoutDatabase();

    /** Accepts every request as one of nobody in particular, whatever token it carries. */
    static Authenticator none() {
        return new Authenticator() {
            @Override
            public Identity authenticate(@Nullable String token) {
                return Identity.anybody();
            }

            @Override
            public boolean identifiesCallers() {
                return false;
            }

            @Override
            public boolean mayWait() {
                return false;
            }

            @Override
            public boolean knowsAdministrators() {
                return true;
            }

            @Override
            public String withoutDatabase() {
                return "this server does not tell callers apart";
            }
        };
    }
}
