/**
 * Time, and being told of what happens: schedulers, subscriptions and lists of listeners. Every other room may use this
 * one, and it uses none.
 */
@NullMarked
package dev.matview.core.event;

import org.jspecify.annotations.NullMarked;
