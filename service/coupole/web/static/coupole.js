// Makes pages quicker; each works without it. See web/pages.py.
"use strict";
(() => {
	const policy = window.trustedTypes?.createPolicy("coupole", { createHTML: (text) => text });
	const byId = (id) => document.getElementById(id);
	const all = (selector, root = document) => root.querySelectorAll(selector);
	const make = (tag, textContent, about) => Object.assign(document.createElement(tag), { textContent, ...about });
	const LONG = { dateStyle: "long", timeZone: "UTC" };
	const words = byId("words")?.dataset ?? {};

	async function send(form, data) {
		const { method } = form;
		const url = new URL(form.getAttribute("action") || location, location);
		let body = new URLSearchParams(data);
		if (method === "get") [url.search, body] = [body];
		const answer = await fetch(url, { method, body, headers: { Accept: "text/html" } });
		const text = await answer.text();
		return { answer, page: new DOMParser().parseFromString(policy?.createHTML(text) ?? text, "text/html") };
	}

	function take(page, part) {
		const fresh = page.getElementById(part.id);
		if (!fresh) return false;
		const held = part.contains(document.activeElement) && document.activeElement.id;
		part.replaceWith(document.adoptNode(fresh));
		if (held) byId(held)?.focus();
		return true;
	}

	let turn = 0; // of searches only the last one counts
	async function swap(form, submitter) {
		const mine = ++turn;
		try {
			const { answer, page } = await send(form, new FormData(form, submitter));
			if (mine !== turn) return;
			if (![...all(form.dataset.swap)].filter((part) => take(page, part)).length) throw answer;
			if (form.method === "get") history.replaceState(null, "", answer.url);
		} catch {
			delete form.dataset.swap;
			form.requestSubmit(submitter);
		}
	}

	function again() { // looks how far a work is, until the page no longer says it goes on
		const form = document.querySelector("form[data-every]");
		if (form) setTimeout(() => swap(form).then(again), form.dataset.every * 1000);
	}
	again();

	const waiting = new Map(); // fields to save; one under way is never broken off
	let sending = false;

	function dataOf(form, field) {
		const data = new FormData(form);
		for (const one of all("[data-field] [name]", form)) if (!field.contains(one)) data.delete(one.name);
		for (const one of all("[name=asked], [name=based]", field)) data.set(one.name, one.value);
		data.set("autosave", field.dataset.field);
		return data;
	}

	async function drain() {
		if (sending) return;
		sending = true;
		for (const [field, form] of waiting) {
			waiting.delete(field);
			byId("saved")?.replaceChildren(words.saving);
			try {
				const { answer, page } = await send(form, dataOf(form, field));
				if (!page.getElementById("saved")) throw answer;
				for (const part of all("[data-live]")) if ((part.closest("[data-field]") ?? field) === field) take(page, part);
			} catch (error) {
				waiting.set(field, form);
				lost(error.status === 401);
				break;
			}
		}
		sending = false;
	}

	function lost(signedOut) {
		const text = make("strong", "■ " + (signedOut ? words.out : words.lost));
		const link = make("a", words.enter, { href: "/sign-in?next=/signed-in", target: "_blank" });
		byId("saved")?.replaceChildren(text, " ", signedOut ? link : "", " ", make("button", words.again, { type: "button", onclick: drain }));
	}

	function save(target) {
		const field = target.closest("form[data-autosave] [data-field]");
		if (!field) return;
		clearTimeout(timer);
		waiting.delete(field);
		waiting.set(field, target.form);
		drain();
	}

	let timer;
	function later(act, given, wait) {
		clearTimeout(timer);
		timer = setTimeout(act, wait, given);
	}

	const on = (name, act) => document.addEventListener(name, act);

	on("input", ({ target }) => {
		if (target.type === "search" && target.form?.dataset.swap) later(swap, target.form, 250);
		if (target.matches("textarea, input:not([type])")) later(save, target, 1500);
	});
	on("change", ({ target }) => {
		const said = target.parentElement.querySelector("[data-words]");
		if (said) said.textContent = target.valueAsDate?.toLocaleDateString(document.documentElement.lang, LONG) ?? "";
		if (target.type !== "search" && target.form?.dataset.swap) swap(target.form);
		save(target);
	});
	on("submit", (event) => {
		if (event.target.dataset.swap) {
			event.preventDefault();
			return swap(event.target, event.submitter);
		}
		waiting.clear(); // the whole form goes now
		sending = false;
	});
	addEventListener("beforeunload", (event) => { if (waiting.size || sending) event.preventDefault(); });
	on("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
		const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
		if (found) event.preventDefault();
		found?.showModal ? found.showModal() : found?.focus();
	});
	on("click", ({ target }) => {
		if (target.matches("[data-print]")) print();
		if (target.matches("dialog")) target.close();
	});

	document.querySelector("nav.main [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
	document.querySelector("[data-focus]")?.focus();
	const notice = document.querySelector("[data-undo]");
	if (notice) {
		const address = new URL(location);
		["notice", "undo"].forEach((name) => address.searchParams.delete(name));
		history.replaceState(null, "", address);
		setTimeout(() => notice.matches(":hover, :focus-within") || notice.remove(), 8000);
	}
})();
