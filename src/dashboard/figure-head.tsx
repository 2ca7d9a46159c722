/** The head of a column of figures; `on` leaves it out on narrower screens. */
export function FigureHead({ name, on }: { name: string; on?: 'wide' | 'widest' }) {
  return (
    <th scope="col" class={on ? `number ${on}` : 'number'}>
      {name}
    </th>
  );
}
