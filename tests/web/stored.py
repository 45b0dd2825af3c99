"""What lies in the phone's own store, read past the app."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

_READ = """async ({store}) => {
  const db = await new Promise((resolve, reject) => {
    const asked = indexedDB.open('anyaman-qc');
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  const all = await new Promise((resolve, reject) => {
    const asked = db.transaction(store).objectStore(store).getAll();
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  db.close();
  if (store !== 'photos') return all;
  return Promise.all(all.map(async ({record, sha256, blob}) => {
    const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
    const actual = Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('');
    return {record, sha256, actual, size: blob.size};
  }));
}"""


def records(page: Page) -> list[dict[str, Any]]:
    """Every piece on the phone, in the order they were begun."""
    found: list[dict[str, Any]] = page.evaluate(_READ, {"store": "pieces"})
    return sorted(found, key=lambda record: record["order"])


def photos(page: Page) -> list[dict[str, Any]]:
    """Every photo on the phone: its name, and the hash that its bytes really have."""
    found: list[dict[str, Any]] = page.evaluate(_READ, {"store": "photos"})
    return found


_END_UNDO = """async () => {
  const db = await new Promise((go) => (indexedDB.open('anyaman-qc').onsuccess = (event) => go(event.target.result)));
  await new Promise((resolve) => {
    const writing = db.transaction('pieces', 'readwrite');
    const pieces = writing.objectStore('pieces');
    pieces.getAll().onsuccess = (event) => {
      for (const record of event.target.result) {
        if (record.holdUntil > Date.now()) pieces.put({...record, holdUntil: Date.now() - 1});
      }
    };
    writing.oncomplete = resolve;
  });
  db.close();
  new BroadcastChannel('anyaman-qc').postMessage('changed');
}"""


def end_undo(page: Page) -> None:
    """Make it as if ten seconds had passed since the last decision; the app learns of it as from another tab."""
    page.evaluate(_END_UNDO)
