// The taxonomy's rules from the browser: read, save on top of the version that was looked at, follow the work after.
const taxonomy = (version) => ask('/v1/taxonomy' + (version ? `?min_version=${version}` : ''));

// Rejects with status 409 where somebody else saved meanwhile.
const saveRules = (rules, base, note, person) => ask('/v1/taxonomy', { method: 'PUT', body: { rules, base, note }, person });

function jobWords(job) {
  if (!job) return '';
  if (job.state === 'done') return `${words(job.changed, 'picture')} brought in line.`;
  if (job.state === 'failed') return 'Bringing the pictures in line failed; an administrator sees why under Operations.';
  return `Bringing pictures in line: ${job.done.toLocaleString('en')} of ${job.total.toLocaleString('en')} …`;
}

// Calls `tell(job)` until the job has ended; `going()` says whether anybody still looks.
async function followJob(id, tell, going) {
  for (let pause = 300; going(); pause = Math.min(3000, pause * 1.5)) {
    const job = await ask(`/v1/jobs/${id}`).catch(() => null);
    if (job) tell(job);
    if (job && !['running', 'waiting'].includes(job.state)) return job;
    await new Promise((on) => setTimeout(on, pause));
  }
  return null;
}

function catalogueLink(query) {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) asked.append(name, one);
  return `/catalogue?${asked}`;
}

// A row of pictures, each a link to itself.
function strip(images, href) {
  const list = element('ul', 'strip');
  list.append(...images.map((image) => {
    const item = element('li'), link = element('a'), name = image.title || image.name;
    link.href = href + encodeURIComponent(image.id);
    link.title = name;
    if (image.thumbnail_url) {
      const picture = element('img');
      picture.src = image.thumbnail_url;
      picture.alt = name;
      picture.loading = 'lazy';
      link.append(picture);
    } else link.append(element('span', '', name));
    item.append(link);
    return item;
  }));
  return list;
}
