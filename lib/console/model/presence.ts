/** Whether a device is there, as far as the page knows. */
export type Presence =
  | { readonly kind: "connecting"; readonly since: Date; readonly problem: string | undefined }
  | { readonly kind: "present"; readonly since: Date }
  /** It was there, and is not any more. */
  | { readonly kind: "lost"; readonly since: Date; readonly problem: string | undefined };
