// Which answer goes where, as the editor of a form's fields keeps it. Neither page nor requests.

/** The fields of Aura's contact and their words. */
export const FIELDS = [["name", "Name"], ["first_name", "First name"], ["last_name", "Last name"], ["phone", "Phone"], ["email", "E-mail"], ["company", "Company"]];

/** Letters, digits, `_`, `.`, `-` and spaces between them. */
const PROPERTY = /^(?! )[A-Za-z0-9 _.-]{1,64}$(?<! )/;

/** Whether a property may be called so. */
export const isPropertyName = (name) => PROPERTY.test(name);

/** What a select shows for a target: `field:email`, `property` for a name of one's own, or `key`. */
export function choiceOf(target, key) {
  if (target?.field) return `field:${target.field}`;
  return target?.property === undefined || target.property === key ? "key" : "property";
}

/**
 * The target of a choice; null for none. A property by its own key is named: without an entry a key that says what it
 * asks for (`email`) goes to its field.
 */
export function targetOf(choice, key, name) {
  if (choice === "property") return { property: name };
  if (choice === "key") return isPropertyName(key) ? { property: key } : null;
  return { field: choice.slice("field:".length) };
}

/** A mapping in which a question's answer goes there. */
export function withTarget(mapping, key, target) {
  const { [key]: _, ...others } = mapping.fields;
  return { ...mapping, fields: target ? { ...others, [key]: target } : others };
}

/** A mapping with another default country; null for none. */
export function withCountry({ fields }, country) {
  return country ? { fields, defaultCountry: country } : { fields };
}

/** The keys whose property has no name that can be used. */
export function misnamed({ fields }) {
  return Object.keys(fields).filter((key) => fields[key].property !== undefined && !isPropertyName(fields[key].property));
}

/** Whether two mappings do the same, in whatever order they say it. */
export function sameMapping(one, other) {
  const plain = ({ fields, defaultCountry }) => JSON.stringify([Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)), defaultCountry ?? null]);
  return plain(one) === plain(other);
}

/** The contact's fields that a mapping fills, in words: "Name, E-mail". */
export function filledBy(mapping) {
  const filled = new Set(Object.values(mapping?.fields ?? {}).map(({ field }) => field));
  return FIELDS.filter(([field]) => filled.has(field)).map(([, words]) => words).join(", ");
}
