// The search of recordings: each call found can be unfolded and heard.
import "./base";
import { mountPlayers } from "../player/player";

mountPlayers();
