/**
 * Feed definitions as JSON: read with every mistake told at once, written back, and kept in a file that may change while
 * it is in use. docs/registry.md explains the keys.
 */
@NullMarked
package dev.matview.core.registry;

import org.jspecify.annotations.NullMarked;
