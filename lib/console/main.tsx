import { render } from "preact";
import "uplot/dist/uPlot.min.css";
import "./console.css";
import { Dashboard } from "./dashboard/dashboard";
import { Rig } from "./model/rig";
import { chosenTheme, showTheme } from "./model/theme";
import { App } from "./views/App";

const place = document.getElementById("console");
if (place !== null) {
  showTheme(chosenTheme());
  const rig = new Rig(location.origin.replace(/^http/, "ws"));
  render(<App rig={rig} dashboard={new Dashboard(localStorage)} />, place);
}
