/** The OpenAPI document as tests read it. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  /** `binary`: a file. */
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly example?: unknown;
  readonly items?: Schema;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Of a text that is a sequence of JSON texts: that of each. */
  readonly contentSchema?: object;
}
export interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: 'query' | 'path' | 'header';
  readonly schema: Schema;
  readonly required?: boolean;
  readonly example?: string;
}
export interface Media {
  readonly schema: Schema;
  readonly example?: unknown;
}
type Content = Readonly<Record<string, Media>>;
export interface ResponseObject {
  readonly $ref?: string;
  readonly content?: Content;
  readonly headers?: object;
}
export interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  /** Each as it is, or as a reference. */
  readonly parameters: readonly Partial<Parameter>[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, ResponseObject>>;
  readonly security?: readonly object[];
  readonly 'x-rights'?: object;
}
export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly tags: readonly { readonly name: string }[];
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly parameters: Readonly<Record<string, Parameter>>;
    readonly responses: Readonly<Record<string, ResponseObject>>;
    readonly headers: Readonly<Record<string, object>>;
  };
}
