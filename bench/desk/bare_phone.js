// The least that answers a ring in a browser: JsSIP on the switch's own socket. bench.desk.answer drives it.
import JsSIP from "jssip";

let session, stream;
window.bare = { state: "off", pressed: 0 };

window.signOn = async (socket, user, secret) => {
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  stream = await navigator.mediaDevices.getUserMedia({ audio: plain });
  const ua = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(socket)], uri: `sip:${user}@hotline.invalid`, password: secret, session_timers: false,
  });
  ua.on("registered", () => { window.bare.state = "up"; });
  ua.on("newRTCSession", (event) => {
    session = event.session;
    window.bare.state = "ringing";
    session.on("peerconnection", (made) => made.peerconnection.addEventListener("track", (track) => {
      document.getElementById("far").srcObject = track.streams[0] ?? new MediaStream([track.track]);
    }));
    for (const end of ["ended", "failed"]) session.on(end, () => { window.bare.state = "up"; });
  });
  ua.start();
};

window.answer = () => {
  window.bare.pressed = performance.timeOrigin + performance.now();
  session.answer({ mediaStream: stream.clone(), pcConfig: { iceServers: [] } });
};
window.hangUp = () => session.terminate();
