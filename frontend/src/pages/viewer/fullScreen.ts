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

/** Some browsers, those on phones, have no full screen at all. */
function isFullScreen(): boolean {
  return (document.fullscreenElement as Element | null | undefined) != null;
}

export function useFullScreen(): FullScreen {
  const [on, setOn] = useState(isFullScreen);

  useEffect(() => {
    const onChange = () => {
      setOn(isFullScreen());
    };
    document.addEventListener('fullscreenchange', onChange);
    return () => {
      document.removeEventListener('fullscreenchange', onChange);
      if (isFullScreen()) void document.exitFullscreen();
    };
  }, []);

  const toggle = useCallback(() => {
    if (isFullScreen()) {
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
