/** Blueprints as they are written down after they were prepared: preparing one again gives the same document. */

/** Says of everything something, and leaves one fault of each severity. */
export const LIBRARY = `agent_name: library-agent
description: Finds books of a city library and lends them to readers.
tools:
  - name: find_book
    description: Finds a book by its title and tells whether it is there.
    parameters:
      type: object
      properties:
        title:
          type: string
      required:
        - title
    returns: the book and its place
    side_effects: read
    error_handling: retry
  - name: lend_book
    description: Lends a book to the reader who asks for it.
    parameters:
      type: object
      properties:
        book_id:
          type: string
      required:
        - book_id
    side_effects: write
    requires_confirmation: true
  - name: delete_reader
    description: Removes a reader with all loans for good.
    parameters:
      type: object
      properties:
        reader_id:
          type: string
      required:
        - reader_id
    returns: nothing
    side_effects: delete
    error_handling: fail
sample_data:
  title: Emma
framework: langchain
workflow:
  entry_point: find_book
  chains:
    - name: lend
      trigger: A reader wants a book.
      steps:
        - find_book
        - lend_book
        - delete_reader
constraints:
  guardrails:
    - Lend a book only after the reader has agreed.
`;

/** Says as little as it may. */
export const LITTLE = `agent_name: small-agent
tools:
  - name: look_up
    description: Looks up one word.
    parameters: {}
`;
