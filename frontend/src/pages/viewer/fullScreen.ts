import { useCallback, useEffect, useMemo, useState } from 'react';

export interface FullScreen {
  on: boolean;
  toggle: () => void;
}

/** Keys such as Alt+Tab and Escape go to the guest where the browser lets a page have them. */
interface KeyboardLock {
  lock: () => Promise<void>;
  unlock: () => void;
}

const keyboard = (navigator as { keyboard?: KeyboardLock }).keyboard;

export function useFullScreen(): FullScreen {
  const [on, setOn] = useState(document.fullscreenElement !== null);

  useEffect(() => {
    const onChange = () => {
      setOn(document.fullscreenElement !== null);
    };
    document.addEventListener('fullscreenchange', onChange);
    return () => {
      document.removeEventListener('fullscreenchange', onChange);
      if (document.fullscreenElement !== null) void document.exitFullscreen();
    };
  }, []);

  const toggle = useCallback(() => {
    if (document.fullscreenElement !== null) {
      keyboard?.unlock();
      void document.exitFullscreen();
      return;
    }
    // the whole document, so that dialogs and messages are seen as well
    void document.documentElement
      .requestFullscreen()
      .then(() => keyboard?.lock())
      .catch(() => undefined);
  }, []);

  return useMemo(() => ({ on, toggle }), [on, toggle]);
}
