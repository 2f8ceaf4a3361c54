//! A small inline script in every page, for what cannot wait for the wasm.

/// Leptos hydrates islands in `requestIdleCallback`, which on a busy machine may never fire. This adds a
/// timeout in milliseconds to each such call.
const WAKE_IN_TIME: &str = "const idle=window.requestIdleCallback;\
    if(idle)window.requestIdleCallback=(wake,options)=>idle(wake,{timeout:500,...options});";

/// Keyboard shortcuts: `/` and Ctrl-K focus the field *Jump to* (keys typed before hydration would be lost
/// otherwise), and Escape leaves a dialog that was rendered as a page.
const KEYS: &str = "addEventListener('keydown',event=>{\
    const {key,target}=event,control=event.ctrlKey||event.metaKey,\
    jump=document.getElementById('jump'),away=document.querySelector('a.backdrop'),\
    typing=target.matches?.('input:not([type=checkbox],[type=radio]),textarea,select');\
    if(key==='Escape'&&away)location.assign(away.href);\
    else if(jump&&(control?key==='k':key==='/'&&!typing)){event.preventDefault();jump.focus();jump.select()}\
    });";

/// The complete script, in a block so that it declares no globals.
pub(super) fn script() -> String {
    format!("{{{WAKE_IN_TIME}{KEYS}}}")
}
