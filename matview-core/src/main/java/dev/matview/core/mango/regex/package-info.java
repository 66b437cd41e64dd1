/**
 * The engine for {@code $regex}, with the meaning that PCRE 8 has in CouchDB: bytes, not characters. It bounds time, stack
 * and heap for every pattern and every subject, and is no part of the API.
 */
@NullMarked
package dev.matview.core.mango.regex;

import org.jspecify.annotations.NullMarked;
