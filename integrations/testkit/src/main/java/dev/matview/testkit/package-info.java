/**
 * What whoever writes a backend, or tests an application, builds on: the contract tests that every backend passes, the rows
 * and copies they are made of, and a scheduler whose time stands still.
 */
@NullMarked
package dev.matview.testkit;

import org.jspecify.annotations.NullMarked;
