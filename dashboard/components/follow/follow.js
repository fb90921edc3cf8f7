
// Clicks a page link of Streamlit, as a person would: the browser's history then has exactly one step for it.
// (st.switch_page with parameters leaves a second one: the old page with the new page's parameters.)
let followed = null;

export default function ({ data }) {
  if (data.once === followed) return;
  followed = data.once;
  let tries = 0;
  const look = () => {
    const link = document.querySelector(`.st-key-${data.place} a`);
    if (link) link.click();
    else if (tries++ < 120) requestAnimationFrame(look);
  };
  look();
}
