//! The little script that stands in every page: what must not wait for the wasm.

/// Leptos wakes islands when the browser is idle, however long that takes: on a busy machine some pages
/// never woke. This gives each such wait an end, in milliseconds.
const WAKE_IN_TIME: &str = "const idle=window.requestIdleCallback;\
    if(idle)window.requestIdleCallback=(wake,options)=>idle(wake,{timeout:500,...options});";

/// Keys that lead somewhere: `/` and Ctrl-K to the field *Jump to*, whose letters would be lost
/// otherwise, and Escape away from a dialog that is a page of its own.
const KEYS: &str = "addEventListener('keydown',event=>{\
    const {key,target}=event,control=event.ctrlKey||event.metaKey,\
    jump=document.getElementById('jump'),away=document.querySelector('a.backdrop'),\
    typing=target.matches?.('input:not([type=checkbox],[type=radio]),textarea,select');\
    if(key==='Escape'&&away)location.assign(away.href);\
    else if(jump&&(control?key==='k':key==='/'&&!typing)){event.preventDefault();jump.focus();jump.select()}\
    });";

/// The whole of it. In a block: its names are nobody else's.
pub(super) fn script() -> String {
    format!("{{{WAKE_IN_TIME}{KEYS}}}")
}
