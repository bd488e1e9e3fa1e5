/** The reply of a route, which sets its status and headers: Nest still sends the result of the route. */
import { Res } from '@nestjs/common';

export const Reply = (): ParameterDecorator => Res({ passthrough: true });
