
// Zooming and panning of what lies in a frame. `changed` hears every move, so that two pictures can move as one.
const MOST = 12, STEP = 1.35;

class Zoom {
  constructor(frame, changed = () => {}) {
    this.frame = frame;
    this.changed = changed;
    this.fingers = new Map();
    this.reset(false);
    frame.addEventListener('wheel', (event) => {
      event.preventDefault();
      this.by(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0016) * (event.deltaMode ? 18 : 1)), this.point(event));
    }, { passive: false });
    frame.addEventListener('dblclick', (event) => {
      if (event.target.closest('button')) return;
      this.scale > 1.01 ? this.reset() : this.by(2.5, this.point(event));
    });
    frame.addEventListener('pointerdown', (event) => {
      if (event.button || event.target.closest('button, a')) return;
      this.fingers.set(event.pointerId, this.point(event));
      if (this.scale > 1 || this.fingers.size > 1) frame.setPointerCapture(event.pointerId);
    });
    frame.addEventListener('pointermove', (event) => this.moved(event));
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) {
      frame.addEventListener(end, (event) => { this.fingers.delete(event.pointerId); frame.classList.toggle('held', this.fingers.size > 0); });
    }
  }

  // Fractions of the frame from its middle: the same move means the same in frames of different sizes.
  point(event) {
    const at = this.frame.getBoundingClientRect();
    return { x: (event.clientX - at.left) / at.width - 0.5, y: (event.clientY - at.top) / at.height - 0.5 };
  }

  moved(event) {
    const before = this.fingers.get(event.pointerId);
    if (!before) return;
    const now = this.point(event);
    this.fingers.set(event.pointerId, now);
    this.frame.classList.add('held');
    if (this.fingers.size === 1) { this.set(this.scale, this.x + now.x - before.x, this.y + now.y - before.y); return; }
    const [other] = [...this.fingers].filter(([id]) => id !== event.pointerId).map(([, at]) => at);
    const far = (one) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
    this.by(far(now) / far(before), { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
  }

  by(factor, at = { x: 0, y: 0 }) {
    const scale = Math.min(MOST, Math.max(1, this.scale * factor)), ratio = scale / this.scale;
    this.set(scale, at.x - (at.x - this.x) * ratio, at.y - (at.y - this.y) * ratio);
  }

  in() { this.by(STEP); }
  out() { this.by(1 / STEP); }
  reset(tell = true) { this.set(1, 0, 0, tell); }

  set(scale, x, y, tell = true) {
    const room = (scale - 1) / 2;
    this.scale = scale;
    this.x = Math.min(room, Math.max(-room, x));
    this.y = Math.min(room, Math.max(-room, y));
    this.frame.classList.toggle('zoomed', scale > 1);
    this.frame.style.setProperty('--scale', scale.toFixed(4));
    this.frame.style.setProperty('--x', `${(this.x * 100).toFixed(3)}%`);
    this.frame.style.setProperty('--y', `${(this.y * 100).toFixed(3)}%`);
    if (tell) this.changed(this);
  }

  // + - 0 as in every viewer of pictures. Returns whether the key was one of them.
  key(event) {
    const act = { '+': 'in', '=': 'in', '-': 'out', _: 'out', 0: 'reset' }[event.key];
    if (!act) return false;
    this[act]();
    return true;
  }
}
